export function alive(pid: number): boolean
export function descendants(pid: number): number[]
export function endTree(pid: number): Promise<void>
