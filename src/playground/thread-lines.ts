/** Where the lines of a conversation are at a pull request's head: pushes move them, or make it outdated. */
import { gitText } from "./git/run.ts";
import type { LinePlace, Pull, ReviewThread } from "./model/pulls.ts";
import type { Repository } from "./model/world.ts";

export type Lines = Pick<ReviewThread, "path" | "side" | "line" | "startLine">;

/** The places of all threads at a new head, of those too that are begun meanwhile. */
export async function placesAt(
  repository: Repository,
  { threads }: Pull,
  head: string,
): Promise<Map<ReviewThread, LinePlace | null>> {
  const places = new Map<ReviewThread, LinePlace | null>();
  for (const thread of threads) {
    const written = thread.comments[0]?.commit ?? head;
    places.set(thread, await placeAt(repository, thread, { written, head }));
  }
  return places;
}

/** null: a commit between the two changed or removed one of the lines. Lines of the old side stay where they are. */
export async function placeAt(
  repository: Repository,
  { path, side, line, startLine }: Lines,
  { written, head }: { written: string; head: string },
): Promise<LinePlace | null> {
  if (written === head || side === "LEFT") return { line, startLine };
  const diff = await gitText(repository.directory, [
    "diff",
    "--unified=0",
    "--no-ext-diff",
    "--no-color",
    written,
    head,
    "--",
    `:(literal)${path}`,
  ]);
  const place = { line, startLine };
  for (const match of diff.matchAll(/^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/gm)) {
    const [, start = "0", removed = "1", added = "1"] = match;
    const isInsertion = Number(removed) === 0;
    // What is inserted goes after the line that git names.
    const from = Number(start) + (isInsertion ? 1 : 0);
    const to = Number(start) + Number(removed) - 1;
    if (from > line) break;
    if (!isInsertion && to >= (startLine ?? line)) return null;
    const shift = Number(added) - Number(removed);
    place.line += shift;
    if (place.startLine !== null && startLine !== null && from <= startLine) place.startLine += shift;
  }
  return place;
}
