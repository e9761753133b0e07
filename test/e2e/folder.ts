/** A folder that tells when an agent is at work: its script leaves a file there. */
import { mkdtemp, rm, watch } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Empty; `filled` resolves when the first file is there. */
export async function folder(): Promise<{ path: string; filled: () => Promise<void> } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "gza-mark-"));
  // Asked for at once: a watch begins with the first question.
  const change = watch(path)[Symbol.asyncIterator]().next();
  return {
    path,
    filled: async () => {
      await change;
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
