import { readFile, readdir } from "node:fs/promises";

const pageBytes = 4096;

/**
 * Resident memory of a process and all below it, in MB: a browser is many processes. Pages they share count more than
 * once. 0 where there is no /proc to read.
 */
export async function memoryOfTree(root: number): Promise<number> {
  const names = await readdir("/proc").catch(() => []);
  const parents = new Map<number, number>();
  await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
        // The program's name stands in brackets and may hold anything; state and parent come after it.
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        if (Number.isInteger(parent)) parents.set(Number(name), parent);
      }),
  );
  const below = (pid: number): boolean => pid === root || (parents.has(pid) && below(parents.get(pid)!));
  const sizes = await Promise.all(
    [...parents.keys()].filter(below).map(async (pid) => {
      const statm = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
      return Number(statm.split(" ")[1] ?? 0) || 0;
    }),
  );
  return Math.round((sizes.reduce((sum, size) => sum + size, 0) * pageBytes) / (1024 * 1024));
}
