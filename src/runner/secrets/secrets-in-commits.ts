/** Looks for secrets in everything that commits would bring along: their files, the names of these, and the commits themselves. */
import { batchesOf, blobContents, blobSizes } from "../git/blobs.ts";
import { git, gitBytes } from "../git/git.ts";
import { changedEntries } from "../git/tree-changes.ts";
import { findSecrets } from "./find-secrets.ts";
import { withoutFound, type FoundSecret } from "./found-secret.ts";
import type { KnownValues } from "./known-values.ts";

export interface CommitRange {
  /** A bare repository. */
  dir: string;
  tip: string;
  /** What is there already, as arguments of `git rev-list`. */
  not: readonly string[];
  /** Commits whose files have been published: what stands in them is no news. */
  published: readonly string[];
  /** Commits whose words are other people's. */
  quoted?: ReadonlySet<string>;
}

/** `path`: of a file, or in brackets what else it is. */
export interface SecretPlace {
  path: string;
  kind: string;
}

export const IN_MESSAGE = "(a commit's message)";
export const IN_NAME = "(a file's name)";

/** Bytes of files that are read at all. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Every secret, each once for each place. Throws where there is more than can be read. */
export async function secretsInCommits(range: CommitRange, known: KnownValues): Promise<SecretPlace[]> {
  const found = [
    ...(await inFiles(range, known)),
    ...(await inMessages(range, known)),
    ...(await inNames(range, known)),
  ];
  return [...new Map(found.map((one) => [`${one.kind} ${one.path}`, one])).values()];
}

async function inFiles(range: CommitRange, known: KnownValues): Promise<SecretPlace[]> {
  const { dir, tip, not } = range;
  const listing = await git(["rev-list", "--objects", tip, ...not], { dir });
  const paths = new Map<string, string>();
  for (const line of listing.split("\n")) {
    const space = line.indexOf(" ");
    if (space !== -1 && space + 1 < line.length) paths.set(line.slice(0, space), line.slice(space + 1));
  }
  const blobs = await onlyBlobs(dir, [...paths.keys()]);
  const sizes = await blobSizes(dir, blobs);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (total > MAX_BYTES) throw new Error(`the commits bring ${total} bytes, ${MAX_BYTES} can be read`);

  const found: SecretPlace[] = [];
  let published: string | null = null;
  for (const batch of batchesOf(sizes)) {
    for (const [oid, content] of await blobContents(dir, batch)) {
      const text = content.toString("utf8").replaceAll("\0", "");
      const secrets = await findSecrets(text, known);
      if (secrets.length === 0) continue;
      published ??= await publishedText(range);
      const news = secrets.filter((one) => !isIn(published ?? "", text, one));
      found.push(...news.map(({ kind }) => ({ path: paths.get(oid) ?? oid, kind })));
    }
  }
  return found;
}

/** Whether the very same characters have been published in a file that the commits touch. */
function isIn(published: string, text: string, { start, end }: FoundSecret): boolean {
  return published.includes(text.slice(start, end));
}

async function publishedText({ dir, tip, published }: CommitRange): Promise<string> {
  const oids = new Set<string>();
  for (const commit of published) {
    // Seen from the tip, what was before stands behind.
    const entries = await changedEntries(dir, { before: tip, after: commit });
    for (const { mode, oid } of entries) if (mode.after.startsWith("100")) oids.add(oid);
  }
  let text = "";
  for (const batch of batchesOf(await blobSizes(dir, [...oids]))) {
    for (const content of (await blobContents(dir, batch)).values())
      text += `${content.toString("utf8").replaceAll("\0", "")}\n`;
  }
  return text;
}

async function inMessages(range: CommitRange, known: KnownValues): Promise<SecretPlace[]> {
  const { dir, tip, not, quoted = new Set<string>() } = range;
  const listing = await git(["rev-list", tip, ...not], { dir });
  const commits = listing.split("\n").filter((oid) => oid !== "" && !quoted.has(oid));
  const found: SecretPlace[] = [];
  for (const content of (await blobContents(dir, await blobSizes(dir, commits))).values()) {
    const secrets = await findSecrets(content.toString("utf8"), known);
    found.push(...secrets.map(({ kind }) => ({ path: IN_MESSAGE, kind })));
  }
  return found;
}

/** All names together, for a value can be spread over several. */
async function inNames({ dir, tip, not }: CommitRange, known: KnownValues): Promise<SecretPlace[]> {
  const args = ["log", "--format=", "--name-only", "--no-renames", "--root", "-m", "-z", tip, ...not, "--"];
  const names = new Set((await gitBytes(args, { dir })).toString("utf8").split("\0"));
  const text = [...names].join("\n");
  const secrets = await findSecrets(text, known);
  const clean = withoutFound(text, secrets).split("\n");
  return secrets.map(({ kind }) => ({
    path: clean.find((name) => name.includes(kind)) ?? IN_NAME,
    kind,
  }));
}

async function onlyBlobs(dir: string, oids: readonly string[]): Promise<string[]> {
  if (oids.length === 0) return [];
  const input = `${oids.join("\n")}\n`;
  const types = await git(["cat-file", "--batch-check=%(objectname) %(objecttype)"], { dir, input });
  return types
    .split("\n")
    .flatMap((line) => (line.endsWith(" blob") ? [line.slice(0, line.indexOf(" "))] : []));
}
