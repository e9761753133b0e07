/** A history full of what repositories can hold, through the whole of GZA. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { git } from "../../src/runner/git/git.ts";
import { landedHistory, PATIENCE_MILLISECONDS } from "./landed-history.ts";
import { NASTY } from "./made-histories.ts";
import { makeRepository } from "./made-repository.ts";

it(
  "a repository that nobody has prepared for GZA lands, and is only read",
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "gza-nasty-"));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const dir = join(directory, "nasty.git");
    await makeRepository(dir, NASTY);
    await git(["update-ref", "--no-deref", "HEAD", "refs/heads/main"], { dir });
    const refs = (): Promise<string> => git(["for-each-ref"], { dir });
    const before = await refs();

    const { notes, counts } = await landedHistory({ path: dir, changes: 50 });

    expect(await refs()).toBe(before);
    expect(notes.join("; ")).toMatch(/detached.*of the 50 changes/);
    expect(counts.none).toBeGreaterThan(0);
  },
  PATIENCE_MILLISECONDS,
);
