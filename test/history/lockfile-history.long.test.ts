/** A history of lockfiles through the whole of GZA. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { landedHistory, PATIENCE_MILLISECONDS } from "./landed-history.ts";
import { LOCKED } from "./made-histories.ts";
import { makeRepository } from "./made-repository.ts";

it(
  "lockfiles are written anew by their tool, without a model",
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "gza-locked-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const dir = join(directory, "locked.git");
    await makeRepository(dir, LOCKED);

    const regenerate = { "package-lock.json": "node tools/lock.js" };
    const { counts } = await landedHistory({ path: dir, changes: 4, regenerate });

    expect(counts).toMatchObject({ agent: 0, parked: 0, none: 1, regeneration: 3 });
  },
  PATIENCE_MILLISECONDS,
);
