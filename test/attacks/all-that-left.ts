/** Every byte that a story has brought to GitHub: objects and refs, all that can be read of issues, checks and runs, logs, artifacts, bundles unpacked. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkflowRun } from "../../src/playground/model/actions.ts";
import type { Repository } from "../../src/playground/model/world.ts";
import type { Story } from "../e2e/world.ts";

export interface Left {
  where: string;
  bytes: Buffer;
}

export function allThatLeft({ repository, playground }: Story): Left[] {
  const artifacts = filesOfRuns(repository.runs);
  return [
    { where: "objects", bytes: objectsOf(repository.directory) },
    { where: "refs", bytes: git(["--git-dir", repository.directory, "for-each-ref"]) },
    { where: "what GitHub shows", bytes: shown(repository) },
    { where: "webhooks", bytes: Buffer.from(JSON.stringify(playground.deliveries())) },
    ...repository.runs
      .flatMap(({ jobs }) => jobs)
      .map(({ name, log }) => ({ where: `log of ${name}`, bytes: readFileSync(log) })),
    ...artifacts,
    ...artifacts
      .filter(({ where }) => where.endsWith("work.bundle"))
      .map(({ bytes }) => ({ where: "objects of a bundle", bytes: unbundled(repository, bytes) })),
  ];
}

/** The files of all their artifacts. */
export function filesOfRuns(runs: readonly WorkflowRun[]): Left[] {
  return runs.flatMap((run) => run.artifacts.flatMap((artifact) => filesOf(artifact.directory)));
}

/** The whole model, without what nobody can read. */
function shown(repository: Repository): Buffer {
  const { variables, enabled } = repository.actions;
  const readable = { ...repository, actions: { variables, enabled } };
  return Buffer.from(
    JSON.stringify(readable, (_, value: unknown) => (value instanceof Map ? [...value.entries()] : value)),
  );
}

/** Those that no ref holds included. */
function objectsOf(directory: string): Buffer {
  return git(["--git-dir", directory, "cat-file", "--batch-all-objects", "--batch"]);
}

function unbundled(repository: Repository, bundle: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    const file = join(folder, "work.bundle");
    const dir = join(folder, "objects.git");
    writeFileSync(file, bundle);
    git(["init", "--quiet", "--bare", dir]);
    writeFileSync(join(dir, "objects/info/alternates"), `${join(repository.directory, "objects")}\n`);
    git(["--git-dir", dir, "bundle", "unbundle", file]);
    return objectsOf(dir);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function filesOf(folder: string): Left[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { where: `artifact ${entry.name}`, bytes: readFileSync(path) };
    });
}

function git(args: string[]): Buffer {
  return execFileSync("git", args, { maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "pipe"] });
}
