ALTER TABLE `domains` ADD `alert_url` text;--> statement-breakpoint
ALTER TABLE `domains` ADD `alert_secret` text;