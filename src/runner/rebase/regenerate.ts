/** Has generated files written anew by their own tools, once everything that they are generated from is settled. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Attempt } from "../attempt/attempt.ts";
import { git, gitBytes, tryGit } from "../git/git.ts";
import { shellOf } from "../attempt/repository-commands.ts";
import { runShell } from "../attempt/run-shell.ts";
import { recipeFor, type Recipe } from "./lockfiles.ts";
import { layAgain } from "./kept-index.ts";
import { isPlainFile, markersOf } from "./markers.ts";
import { literally, pathList, type Own } from "./own-repository.ts";
import type { Entry, Sides, Unmerged } from "./stop.ts";

/** Seconds for one tool. */
const REGENERATE_SECONDS = 10 * 60;

export interface Generated {
  conflict: Unmerged;
  recipe: Recipe;
}

/** Those of the conflicts that a tool can settle. Where one side has deleted the file there is nothing to write anew. */
export function generatedAmong(
  unmerged: readonly Unmerged[],
  regenerate: Readonly<Record<string, string>>,
): Generated[] {
  return unmerged.flatMap((conflict) => {
    if (!["content", "add_add", "binary"].includes(conflict.kind)) return [];
    if (conflict.ours === null || conflict.theirs === null) return [];
    const recipe = recipeFor(conflict.path, regenerate);
    return recipe === null ? [] : [{ conflict, recipe }];
  });
}

/** Lays out what each tool begins with, instead of a file with markers. */
export async function layOut(own: Own, generated: readonly Generated[], sides: Sides): Promise<void> {
  for (const { conflict, recipe } of generated) {
    if (recipe.from === "both" && conflict.kind !== "binary") await layBoth(own, conflict);
    else {
      await git(["checkout-index", "--force", `--stage=${sides.stages.theirs}`, "-z", "--stdin"], {
        ...literally(own),
        input: pathList([conflict.path]),
      });
    }
  }
}

/** Runs each tool once, and answers with those files that it did not manage: they hold git's markers again. */
export async function regenerate(
  attempt: Attempt,
  own: Own,
  generated: readonly Generated[],
): Promise<Generated[]> {
  const failed: Generated[] = [];
  const byCommand = Map.groupBy(generated, ({ recipe }) => `${recipe.folder}\0${recipe.text}`);
  for (const group of byCommand.values()) {
    const { run } = attempt;
    const recipe = group[0]?.recipe;
    if (recipe === undefined || run.signal.aborted) continue;
    const cwd = join(own.workTree, recipe.folder);
    const { exit } = await runShell(recipe.text, { ...shellOf(attempt), cwd, limit: REGENERATE_SECONDS });
    for (const one of group) {
      if (exit === 0 && (await isWhole(own, one.conflict.path))) continue;
      run.print(`${one.conflict.shown.path} could not be written anew (exit ${exit}).\n`);
      failed.push(one);
    }
  }
  await layAgain(
    own,
    failed.map(({ conflict }) => conflict.path),
  );
  return failed;
}

async function isWhole(own: Own, path: string): Promise<boolean> {
  const file = join(own.workTree, path);
  if (!(await isPlainFile(file))) return false;
  const { linesIn } = await markersOf(own, path);
  return linesIn(await readFile(file, "latin1")).length === 0;
}

async function layBoth(own: Own, { path, ours, ancestor, theirs }: Unmerged): Promise<void> {
  const folder = await mkdtemp(join(own.dir, "both-"));
  const textOf = async (name: string, entry: Entry | null): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, entry === null ? "" : await gitBytes(["cat-file", "blob", entry.oid], own));
    return file;
  };
  const files = [
    await textOf("theirs", theirs),
    await textOf("ancestor", ancestor),
    await textOf("ours", ours),
  ];
  const merged = await tryGit(["merge-file", "-p", "--union", ...files], own);
  await writeFile(join(own.workTree, path), merged.stdout);
  await rm(folder, { recursive: true, force: true });
}
