/** Puts GZA's workflow file, and a config where there is none, into a clone. */
import { access, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CONFIG_PATH, WORKFLOW_PATH } from "../domain/names.ts";

const CONFIG = `# How GZA works here. Every key has a default; the README of GZA shows them.
agents: { default: { agent: claude } } # claude, codex or gemini
# setup: npm ci                        # what a fresh clone needs
# verify: npm test                     # what must pass before work counts as finished
budget: { task: 10, day: 50 } # US dollars
`;

/** The paths of what it wrote, from the clone's top folder. Throws when the folder is no clone. */
export async function layWorkflow(clone: string, workflow: string): Promise<string[]> {
  // A worktree or a submodule has a file of that name.
  if (!(await stat(join(clone, ".git")).catch(() => null)))
    throw new Error(`${clone} is not the top folder of a clone; clone the repository and name its folder`);
  await write(join(clone, WORKFLOW_PATH), workflow);
  const config = join(clone, CONFIG_PATH);
  const isThere = await access(config).then(
    () => true,
    () => false,
  );
  if (isThere) return [WORKFLOW_PATH];
  await write(config, CONFIG);
  return [WORKFLOW_PATH, CONFIG_PATH];
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
