/** `actions/upload-artifact`: copies files of the workspace to the run; names are taken once per run. */
import { randomUUID } from "node:crypto";
import { cp, glob, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { instant, newId } from "../../world.ts";
import { StepFailure } from "../step-failure.ts";
import type { Execution } from "../steps.ts";

const DAY = 86_400_000;

export async function uploadArtifact(execution: Execution, inputs: Record<string, string>): Promise<void> {
  const { session, outputs } = execution;
  const { world } = session.engine;
  const { run } = session.live;
  const { name = "artifact", path = "", overwrite } = inputs;
  const found = await findFiles(session.folders.workspace, path, inputs["include-hidden-files"] === "true");
  if (found.files.length === 0) return nothingFound(execution, inputs);
  const older = run.artifacts.find((artifact) => artifact.name === name);
  if (older && overwrite !== "true")
    throw new StepFailure(
      "Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run",
    );
  const directory = join(world.directory, "artifacts", randomUUID());
  let size = 0;
  for (const file of found.files) {
    const target = join(directory, relative(found.root, file));
    await mkdir(dirname(target), { recursive: true });
    await cp(file, target);
    size += (await lstat(target)).size;
  }
  if (older) await rm(older.directory, { recursive: true, force: true });
  const days = Number(inputs["retention-days"] ?? 90) || 90;
  const expiresAt = new Date(world.now().getTime() + days * DAY).toISOString().replace(/\.\d+Z$/, "Z");
  const artifact = {
    id: newId(world),
    name,
    runId: run.id,
    directory,
    size,
    createdAt: instant(world),
    expiresAt,
  };
  run.artifacts = [...run.artifacts.filter((other) => other !== older), artifact];
  outputs["artifact-id"] = String(artifact.id);
  outputs["artifact-url"] =
    `${world.serverUrl}/${session.base["GITHUB_REPOSITORY"]}/actions/runs/${run.id}/artifacts/${artifact.id}`;
  session.log.write(
    `Artifact ${name} has been successfully uploaded! Final size is ${size} bytes. Artifact ID is ${artifact.id}`,
  );
}

function nothingFound({ session }: Execution, inputs: Record<string, string>): void {
  const message = `No files were found with the provided path: ${inputs["path"]}. No artifacts will be uploaded.`;
  const reaction = inputs["if-no-files-found"] ?? "warn";
  if (reaction === "error") throw new StepFailure(message);
  session.log.write(reaction === "ignore" ? message : `##[warning]${message}`);
}

/**
 * One pattern a line, `!` takes away, a folder means everything below it. Paths inside the artifact are relative to the
 * deepest folder that all patterns have in common, as in the real action. Links are left out.
 */
async function findFiles(
  workspace: string,
  paths: string,
  hidden: boolean,
): Promise<{ root: string; files: string[] }> {
  const patterns = paths.split("\n").map((line) => line.trim());
  const files = new Set<string>();
  for (const pattern of patterns.filter((line) => line !== "")) {
    const negative = pattern.startsWith("!");
    const found = await expand(resolve(workspace, negative ? pattern.slice(1).trim() : pattern), hidden);
    for (const file of found) {
      if (negative) files.delete(file);
      else files.add(file);
    }
  }
  const wanted = patterns.filter((line) => line !== "" && !line.startsWith("!"));
  const starts = wanted.map((pattern) => searchStart(resolve(workspace, pattern)));
  const [only] = files;
  // A single plain file is put at the top of the artifact.
  if (wanted.length === 1 && starts[0] === only && only !== undefined)
    return { root: dirname(only), files: [only] };
  return {
    root: commonFolder(starts.map((start) => (files.has(start) ? dirname(start) : start))),
    files: [...files],
  };
}

async function expand(pattern: string, hidden: boolean): Promise<string[]> {
  const files: string[] = [];
  for await (const path of glob(pattern)) files.push(...(await filesBelow(path, hidden)));
  return files.filter((file) => hidden || !isHidden(file, searchStart(pattern)));
}

async function filesBelow(path: string, hidden: boolean): Promise<string[]> {
  const kind = await lstat(path);
  if (kind.isFile()) return [path];
  if (!kind.isDirectory()) return [];
  const names = await readdir(path);
  const shown = names.filter((name) => hidden || !name.startsWith("."));
  return (await Promise.all(shown.map((name) => filesBelow(join(path, name), hidden)))).flat();
}

/** Since version 4.4 files and folders with a leading dot are left out unless asked for. */
function isHidden(file: string, start: string): boolean {
  const shown = file === start ? dirname(file) : start;
  return relative(shown, file)
    .split(sep)
    .some((part) => part.startsWith(".") && part !== "..");
}

/** The part of a pattern before its first special character. */
function searchStart(pattern: string): string {
  const parts = pattern.split(sep);
  const special = parts.findIndex((part) => /[*?[\]{}]/.test(part));
  return special < 0 ? pattern : parts.slice(0, special).join(sep) || sep;
}

function commonFolder(folders: string[]): string {
  const [first = sep, ...rest] = folders;
  let common = first.split(sep);
  for (const folder of rest) {
    const parts = folder.split(sep);
    const end = common.findIndex((part, index) => part !== parts[index]);
    if (end >= 0) common = common.slice(0, end);
  }
  return common.join(sep) || sep;
}
