/** A task as it is read from GitHub. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { observe } from "../../src/github/observe.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { askedIssue, smallRepository, type SmallRepository } from "./small-repository.ts";

let small: SmallRepository;
const where = { owner: "ada", repo: "engine" };

beforeAll(async () => {
  small = await smallRepository({ ".github/gza.yml": "draft: false\n" });
});
afterAll(() => small.playground.stop());

async function look(issue: number): Promise<Snapshot> {
  const snapshot = await observe(
    small.client,
    { repository: small.place, issue },
    { ...small.observer, evidence: [] },
  );
  if (snapshot === "gone") throw new Error(`#${issue} is gone`);
  return snapshot;
}

describe("a fresh task", () => {
  test("is read with who asked, and with the role of who asked", async () => {
    const issue = await askedIssue(small);

    const snapshot = await look(issue);

    expect(snapshot).toMatchObject({
      repository: {
        id: small.place.id,
        name: "ada/engine",
        defaultBranch: "main",
        workflow: "missing",
        baseChecks: [],
      },
      me: { login: "gza[bot]" },
      issue: { number: issue, state: "open", title: "Fix the parser", labels: ["gza"], edited: null },
      record: { kind: "none" },
      brief: null,
      findings: null,
      baton: { kind: "none" },
      run: null,
      branchHead: null,
      unfinished: null,
      pull: null,
      config: { kind: "config", config: { draft: false } },
      ledger: { records: [], queueOid: null },
    });
    expect(snapshot.issue.labelled).toMatchObject([{ on: true, by: { login: "ada" } }]);
    expect(snapshot.roles.get(small.adaId)).toBe("admin");
  });

  test("takes one query once it is known that there is no record", async () => {
    const issue = await askedIssue(small);
    await look(issue);
    const before = small.playground.requests().length;

    await look(issue);

    const asked = small.playground.requests().slice(before);
    expect(asked.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      "graphql Snapshot",
      "rest /repos/ada/engine/collaborators/ada/permission",
    ]);
  });

  test("asks for a role once while it is handled", async () => {
    const issue = await askedIssue(small);
    const task = { repository: small.place, issue };
    const observer = { ...small.observer, evidence: [], roles: new Map() };
    const before = small.playground.requests().length;

    const first = await observe(small.client, task, observer);
    const second = await observe(small.client, task, observer);

    const asked = small.playground.requests().slice(before);
    expect(asked.filter(({ path }) => path.endsWith("/permission"))).toHaveLength(1);
    expect([first, second].map((read) => read !== "gone" && read.roles.get(small.adaId))).toEqual([
      "admin",
      "admin",
    ]);
  });

  test("that nobody has asked for costs one query and no question for a role", async () => {
    const { data } = await small.ada.rest.issues.create({ ...where, title: "An idea" });
    const before = small.playground.requests().length;

    await look(data.number);

    const asked = small.playground.requests().slice(before);
    expect(asked.map(({ kind, path }) => `${kind} ${path}`)).toEqual(["graphql Snapshot"]);
  });

  test("a new title counts as an edit", async () => {
    const issue = await askedIssue(small);
    await small.ada.rest.issues.update({ ...where, issue_number: issue, title: "Something else" });

    const snapshot = await look(issue);

    expect(snapshot.issue.edited).toMatchObject({ by: { login: "ada" } });
  });
});

describe("comments", () => {
  test("those of people wait to be heard, GZA's own are known by their key", async () => {
    const issue = await askedIssue(small);
    await small.eve.rest.issues.createComment({ ...where, issue_number: issue, body: "/gza cancel" });
    await small.client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      ...where,
      issue_number: issue,
      body: "<!-- gza:status -->\nQueued.",
    });

    const snapshot = await look(issue);

    expect(snapshot.comments).toMatchObject([
      { on: "issue", by: { login: "eve" }, body: "/gza cancel", edited: null },
    ]);
    expect([...snapshot.said.keys()]).toEqual(["status"]);
    const eve = snapshot.comments[0]?.by;
    expect(eve && snapshot.roles.get(eve.id)).toBe("read");
  });

  test("somebody else's comment with GZA's hidden line is not GZA's", async () => {
    const issue = await askedIssue(small);
    await small.eve.rest.issues.createComment({
      ...where,
      issue_number: issue,
      body: "<!-- gza:status -->\nDone.",
    });

    const snapshot = await look(issue);

    expect(snapshot.said.size).toBe(0);
    expect(snapshot.comments).toHaveLength(1);
  });
});

test("what is not there is gone", async () => {
  const read = await observe(
    small.client,
    { repository: small.place, issue: 999 },
    { ...small.observer, evidence: [] },
  );

  expect(read).toBe("gone");
});

test("a repository under the same name with another id is gone too", async () => {
  const issue = await askedIssue(small);
  const repository = { ...small.place, id: 4711 };

  const read = await observe(small.client, { repository, issue }, { ...small.observer, evidence: [] });

  expect(read).toBe("gone");
});
