/** How GitHub says that required checks have not passed. */
import { expect, test } from "vitest";
import { actionsApp } from "../../src/playground/apps.ts";
import { createCheckRun, type CheckInput } from "../../src/playground/checks.ts";
import { checkComplaint } from "../../src/playground/required-checks.ts";
import { smallWorld, type SmallWorld } from "./small-world.ts";

test("of required checks a single one is named, several are counted by how they stand", async () => {
  await using home = await smallWorld();
  const said = (...standing: string[]): string | null => {
    const names = standing.map((_, index) => "abc".charAt(index));
    for (const [index, state] of standing.entries()) report(home, names[index] ?? "", state);
    const complaint = checkComplaint(home.repository, names, home.first);
    home.repository.checks = [];
    home.repository.statuses = [];
    return complaint;
  };

  const words = [
    said("expected"),
    said("queued"),
    said("in_progress"),
    said("pending"),
    said("failure"),
    said("success", "expected"),
    said("in_progress", "in_progress"),
    said("failure", "in_progress"),
    said("expected", "failure", "success"),
    said("queued", "in_progress"),
    said("success"),
  ];

  expect(words).toEqual([
    'Required status check "a" is expected.',
    'Required status check "a" is queued.',
    'Required status check "a" is in progress.',
    'Required status check "a" is pending.',
    'Required status check "a" is failing.',
    'Required status check "b" is expected.',
    "2 of 2 required status checks are in progress.",
    "2 of 2 required status checks have not succeeded: 1 failing.",
    "2 of 3 required status checks have not succeeded: 1 expected and 1 failing.",
    "2 of 2 required status checks have not succeeded.",
    null,
  ]);
});

/** As a check run, or as a commit status where that alone can be so. */
function report(
  { world, repository, owner, token, first: sha }: SmallWorld,
  name: string,
  state: string,
): void {
  if (state === "expected") return;
  if (state === "pending") {
    const more = {
      description: null,
      targetUrl: null,
      creatorId: owner.id,
      createdAt: "2026-01-02T03:04:05Z",
    };
    repository.statuses.push({ id: 1, sha, context: name, state, ...more });
    return;
  }
  const isUnderWay = state === "queued" || state === "in_progress";
  const standing: Pick<CheckInput, "status" | "conclusion"> = isUnderWay
    ? { status: state }
    : { conclusion: state === "failure" ? "failure" : "success" };
  createCheckRun(world, repository, {
    appId: actionsApp(world).id,
    name,
    headSha: sha,
    token,
    ...standing,
  });
}
