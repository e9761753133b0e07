/** The app is killed around everything that it does for reviews, threads and red checks; it must all be there once in the end. */
import { describe, expect, it } from "vitest";
import { markerOf } from "../../src/domain/names.ts";
import type { Record } from "../../src/domain/record.ts";
import { findUser } from "../../src/playground/world.ts";
import { aroundEach, killer } from "./killer.ts";
import { story, twice } from "./world.ts";

const CONFIG = "agents: {default: {agent: scripted}}\nreview: {cycles: 0}\n";
const where = { owner: "ada", repo: "engine" };

/** Red at its first run, unless it is the base's. */
const FLAKY = {
  name: "CI",
  on: { push: {} },
  jobs: {
    test: {
      "runs-on": "ubuntu-latest",
      steps: [{ run: 'test "$GITHUB_RUN_ATTEMPT" != 1 || test "$GITHUB_REF_NAME" = main' }],
    },
  },
};

const texts = { evidence: "It says Two.", impact: "Wrong.", fix: "Say 2.", tests: "None." };
const finding = { severity: "blocker", title: "Two is no digit", path: "note.md", line: 2, ...texts };
const closed = ["F1", "T1"].map((id) => ({ id, how: "addressed", evidence: "A digit." }));
const SCRIPT = {
  implement: { "1": [{ write: { path: "note.md", content: "One\nTwo\nThree\n" } }] },
  review: {
    "2": [{ json: { summary: "Not yet.", findings: [finding] } }],
    "4": [{ json: { summary: "Fine.", findings: [] } }],
  },
  improve: {
    "3": [{ write: { path: "note.md", content: "One\n2\nThree\n" } }, { json: { summary: "Done.", closed } }],
  },
};

const POINTS = [
  "rerun_checks 1",
  "post_review 1",
  "set_check 1",
  "answer_threads 1",
  "resolve_threads 1",
  "post_review 2",
  "minimise 1",
];

describe.concurrent("a task that is rejected, discussed and improved", () => {
  it.each(aroundEach(POINTS))("is told once when the app dies $when $what", async ({ what, when }) => {
    await using from = await story({
      config: CONFIG,
      script: SCRIPT,
      files: { ".github/workflows/ci.yml": JSON.stringify(FLAKY) },
    });
    const killed = killer(what, when);
    await from.begin(killed.interrupt);

    const bot = findUser(from.playground.world, "gza[bot]")?.id;
    const threads = (pull: number) => from.issue(pull).pull?.threads ?? [];
    const reviews = (pull: number | null) =>
      (from.issue(pull ?? 0).pull?.reviews ?? []).filter(
        ({ authorId, body }) => authorId === bot && markerOf(body) !== null,
      );

    const issue = await from.ask();
    const isTold = ({ phase, pull }: Record): boolean => phase === "parked" && reviews(pull).length === 1;
    const { pull, head } = await from.until(issue, isTold);
    const pull_number = pull ?? 0;
    const line = { path: "note.md", line: 1, side: "RIGHT", commit_id: head ?? "" } as const;
    await from.ada.rest.pulls.createReviewComment({ ...where, pull_number, ...line, body: "And this one." });
    await from.say(issue, "/gza improve");
    const ready = await from.until(issue, ({ phase }) => {
      const [finding, discussion] = threads(pull_number);
      const isFolded = reviews(pull_number).length === 2 && reviews(pull_number)[0]?.minimized !== null;
      return (
        phase === "ready" && isFolded && finding?.resolvedById === bot && discussion?.comments.length === 2
      );
    });
    await from.settle();
    const own = reviews(pull_number);
    const [finding, discussion] = threads(pull_number);
    const ci = from.repository.runs.filter(({ path }) => path.endsWith("ci.yml"));
    const checks = from.repository.checks.filter(({ name }) => name === "gza / review");

    expect(killed.done()).toBe(true);
    expect(ready.attempts.map(({ kind, end }) => `${kind} ${end}`)).toEqual([
      "implement completed",
      "review completed",
      "improve completed",
      "review completed",
    ]);
    expect(own.map(({ minimized }) => minimized)).toEqual(["outdated", null]);
    expect(finding?.resolvedById).toBe(bot);
    expect(finding?.comments).toHaveLength(1);
    expect(discussion?.comments.map(({ authorId }) => authorId === bot)).toEqual([false, true]);
    expect(discussion?.resolvedById).toBeNull();
    expect(checks.map(({ conclusion }) => conclusion)).toEqual(["failure", "success"]);
    expect(ci.map(({ attempt }) => attempt)).toEqual([1, 2, 2]);
    expect(twice(from, issue)).toEqual([]);
  });
});
