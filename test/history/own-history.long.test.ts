/** A real history through the whole of GZA: its own. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { landedHistory, PATIENCE_MILLISECONDS } from "./landed-history.ts";

it(
  "the last changes of this project land",
  async () => {
    const { tasks, skipped } = await landedHistory({ path: join(import.meta.dirname, "../.."), changes: 8 });

    expect(tasks.length + skipped.length).toBe(8);
  },
  PATIENCE_MILLISECONDS,
);
