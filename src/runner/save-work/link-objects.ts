/** Gives a repository of our own the objects of another one, of which nothing but their bytes is trusted. */
import { copyFile, link, lstat, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";

export const MAX_OBJECT_FILES = 500_000;

const LOOSE = /^[0-9a-f]{38}$/;
const PACK = /^pack-[0-9a-f]{40}\.(?:pack|idx)$/;

/**
 * Links the object files of the repository `from` into the folder `to`, or copies them. Links are not followed, and where else the
 * repository would look for objects stays behind. false: there are too many of them; `from` need not be there.
 */
export async function linkObjects(from: string, to: string): Promise<boolean> {
  if (!(await isFolder(from)) || !(await isFolder(join(from, "objects")))) return true;
  let files = 0;
  for (const folder of await readdir(join(from, "objects"), { withFileTypes: true })) {
    const isPacks = folder.name === "pack";
    if (!folder.isDirectory() || !(isPacks || /^[0-9a-f]{2}$/.test(folder.name))) continue;
    await mkdir(join(to, folder.name), { recursive: true });
    for (const file of await readdir(join(from, "objects", folder.name), { withFileTypes: true })) {
      if (!file.isFile() || !(isPacks ? PACK : LOOSE).test(file.name)) continue;
      files += 1;
      if (files > MAX_OBJECT_FILES) return false;
      await linkFile(join(from, "objects", folder.name, file.name), join(to, folder.name, file.name));
    }
  }
  return true;
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return false;
    throw error;
  }
}

async function linkFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return;
    // Another file system, a file system without links, or too many of them.
    if (!["EXDEV", "EPERM", "EMLINK", "ENOTSUP"].includes(code)) throw error;
    await copyFile(from, to);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
