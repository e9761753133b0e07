/** Git reads of one request: what is asked for at the same time is read together, and only once. */
import { listRefs, type Ref } from "../git/list-refs.ts";
import { lookUp } from "../git/look-up.ts";
import { parseCommit, type Commit } from "../git/objects.ts";
import type { GitObject } from "../git/store.ts";
import type { Repository } from "../model/world.ts";

export interface GitReads {
  /** Whatever a revision names: a full ref, an oid, `HEAD:path`; null when it names nothing. */
  object: (revision: string) => Promise<GitObject | null>;
  commit: (oid: string) => Promise<Commit>;
  /** Every ref of the repository, by name. */
  refs: () => Promise<Ref[]>;
}

/** Reads for one request; a mutation must begin a new one, or its answer would show what was before. */
export function gitReads(repository: Repository): GitReads {
  const object = batched((revisions) => lookUp(repository, revisions));
  let refs: Promise<Ref[]> | undefined;
  return {
    object,
    commit: async (oid) => {
      const found = await object(oid);
      if (found?.type !== "commit") {
        throw new Error(`${oid} is no commit of ${repository.directory}: was it pruned?`);
      }
      return parseCommit(oid, found.bytes);
    },
    refs: () => (refs ??= listRefs(repository, "refs/")),
  };
}

/** Collects the keys of one turn of the event loop and reads them together. */
function batched<Value>(read: (keys: string[]) => Promise<Value[]>): (key: string) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  let waiting: { keys: string[]; values: Promise<Value[]> } | null = null;

  function load(key: string): Promise<Value> {
    const batch = (waiting ??= begin());
    const index = batch.keys.push(key) - 1;
    return batch.values.then((values) => values[index] as Value);
  }

  function begin(): { keys: string[]; values: Promise<Value[]> } {
    const keys: string[] = [];
    const values = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      waiting = null;
      return read(keys);
    });
    return { keys, values };
  }

  return (key) => {
    const value = known.get(key) ?? load(key);
    known.set(key, value);
    return value;
  };
}
