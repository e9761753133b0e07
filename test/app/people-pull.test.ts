/** A person's pull request gets GZA's check where the base requires it, and is left alone where it does not. */
import { expect, test } from "vitest";
import { answerPeoplePull } from "../../src/app/people-pull.ts";
import { scriptedGitHub, type Line } from "../github/scripted-github.ts";
import { smallRepository } from "../github/small-repository.ts";
import { commitOn } from "../github/task-on-branch.ts";
import { sha } from "../domain/snapshots.ts";

const HEAD = sha("9");
const repository = { id: 1, owner: "acme", name: "app" };
const API = "/api/v3/repos/acme/app";
const REPORT: Line = [`POST ${API}/check-runs`, { data: {} }];

function branch(contexts: string[] | null): Line {
  const protection = contexts === null ? {} : { protection: { required_status_checks: { contexts } } };
  return [`GET ${API}/branches/main`, { data: protection }];
}

function rules(...contexts: string[]): Line {
  const parameters = { required_status_checks: contexts.map((context) => ({ context })) };
  const data = [{ type: "deletion" }, { type: "required_status_checks", parameters }];
  return [`GET ${API}/rules/branches/main`, { data }];
}

test.each<[string, Line[], number]>([
  ["by protection", [branch(["test", "gza / review"]), REPORT], 1],
  ["by a ruleset", [branch(["test"]), rules("test", "gza / review"), REPORT], 1],
  ["by nothing", [branch(["test"]), rules("test")], 0],
  ["by nothing at all", [branch(null), [`GET ${API}/rules/branches/main`, { data: [] }]], 0],
])("where the check is required %s", async (_, lines, reports) => {
  const github = scriptedGitHub(...lines);

  await answerPeoplePull(
    { installation: 1, repository, pull: 12, head: HEAD, base: "main" },
    { clientFor: () => Promise.resolve(github.client), appId: 5 },
  );

  expect(github.asked).toHaveLength(lines.length);
  const posted = github.bodies.filter((body) => JSON.stringify(body).includes("head_sha"));
  expect(posted).toHaveLength(reports);
  expect(posted.every((body) => JSON.stringify(body).includes(`"conclusion":"success"`))).toBe(true);
});

test("lets a person's pull request be merged into a base that requires the check", async () => {
  await using small = await smallRepository();
  const { rest } = small.ada;
  const where = { owner: "ada", repo: "engine" };
  const [made] = small.playground.world.repositories.values();
  const rule = { pattern: "main", requiredChecks: ["gza / review"], strict: false, pullRequired: true };
  Object.assign(made ?? {}, { protections: [{ ...rule, requiredApprovals: 0, enforceAdmins: true }] });
  const { data: main } = await rest.git.getRef({ ...where, ref: "heads/main" });
  const head = await commitOn(small, { parent: main.object.sha, files: { "mine.txt": "x\n" } });
  await rest.git.createRef({ ...where, ref: "refs/heads/mine", sha: head });
  const { data: pull } = await rest.pulls.create({ ...where, head: "mine", base: "main", title: "Mine" });
  const merge = () => rest.pulls.merge({ ...where, pull_number: pull.number });

  await expect(merge()).rejects.toMatchObject({ status: 405 });
  await answerPeoplePull(
    { installation: 1, repository: small.place, pull: pull.number, head, base: "main" },
    { clientFor: () => Promise.resolve(small.client), appId: small.appId },
  );

  await expect(merge()).resolves.toMatchObject({ data: { merged: true } });
});
