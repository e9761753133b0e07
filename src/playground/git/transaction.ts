/** Moves several refs at once, or none: git's own transaction, with the value that each ref must still have. */
import { tryGit } from "./run.ts";

/** What git writes for "no object": the ref does not exist. */
export const NO_OBJECT = "0".repeat(40);

export interface RefMove {
  name: string;
  /** The oid that the ref must have; null: it must not exist. */
  before: string | null;
  /** Null: the ref is removed. */
  after: string | null;
}

/** Null when all refs moved; otherwise nothing moved and git's reason is returned. */
export async function moveRefs(directory: string, moves: RefMove[]): Promise<string | null> {
  const lines = moves.map(({ name, before, after }) =>
    after === null
      ? `delete ${name} ${before ?? NO_OBJECT}`
      : `update ${name} ${after} ${before ?? NO_OBJECT}`,
  );
  const stdin = ["start", ...lines, "prepare", "commit", ""].join("\n");
  const result = await tryGit(directory, ["update-ref", "--no-deref", "--stdin"], { stdin });
  return result.code === 0 ? null : result.stderr.trim().replace(/^fatal: /, "");
}

/** Sets a ref of the server's own (`refs/pull/…`) to whatever it should be now. Throws git's reason when it cannot. */
export async function setRef(directory: string, name: string, oid: string | null): Promise<void> {
  const args = oid === null ? ["update-ref", "-d", name] : ["update-ref", name, oid];
  const result = await tryGit(directory, args);
  if (result.code !== 0) throw new Error(`${name} could not be set in ${directory}: ${result.stderr.trim()}`);
}
