/** The whole look of /v1/docs: no font, script or image is loaded, so the page works without a network. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #2563eb; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: 13px; }
nav a { display: flex; gap: .5rem; align-items: baseline; padding: .2rem .3rem; color: inherit; text-decoration: none; border-radius: 4px; overflow-wrap: anywhere; }
nav a:hover { background: var(--soft); }
nav .verb { min-width: 3.6rem; font-size: 10px; }
main { padding: 2rem clamp(1rem, 4vw, 3.5rem) 6rem; max-width: 62rem; }
h1 { margin: 0 0 .5rem; font-size: 1.8rem; }
h2 { margin: 3rem 0 0; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 0; font-size: 1rem; font-weight: 600; }
h4 { margin: 1.1rem 0 .3rem; font-size: .72rem; text-transform: uppercase; letter-spacing: .06em; opacity: .65; }
nav h4:first-of-type { margin-top: .6rem; }
article { margin: 1.4rem 0; padding: 1.1rem 1.3rem; border: 1px solid var(--line); border-radius: 10px; scroll-margin-top: 1rem; }
article p { margin: .5rem 0; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
p code, td code { background: var(--soft); padding: .1em .3em; border-radius: 4px; }
pre { margin: .3rem 0; padding: .8rem 1rem; background: var(--soft); border-radius: 8px; overflow: auto; }
.line { display: flex; gap: .7rem; align-items: center; margin: .5rem 0; flex-wrap: wrap; }
.verb { font: 700 11px ui-monospace, monospace; color: #fff; padding: .15rem .45rem; border-radius: 5px; text-align: center; background: #6b7280; }
.get { background: #2563eb; } .post { background: #15803d; } .put { background: #0f766e; } .patch { background: #b45309; } .delete { background: #b91c1c; }
.lock { font-size: 12px; opacity: .7; margin-left: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
td { padding: .35rem .8rem .35rem 0; vertical-align: top; border-top: 1px solid var(--line); }
td:first-child { width: 12rem; overflow-wrap: anywhere; }
td small { opacity: .65; display: block; }
.schema { color: var(--accent); } .schema a { color: inherit; }
@media (max-width: 800px) { body { display: block; } nav { position: static; height: auto; border: 0; border-bottom: 1px solid var(--line); } }
`
