/** What people do to issues and pull requests by hand: what is told of it and who the timeline says it was. */
import type { Octokit } from "@octokit/rest";
import { expect, test } from "vitest";
import type { Playground } from "../../src/playground/playground.ts";
import { ENGINE, engineWorld } from "./engine-world.ts";
import { lines, PULL, reviewedPull } from "./reviewed-pull.ts";

const ONE = { ...ENGINE, issue_number: 1 };

const EVENTS =
  "nodes { __typename ... on Node { id } ... on LabeledEvent { actor { login } label { name } } ... on UnlabeledEvent { actor { login } label { name } } ... on ClosedEvent { actor { login } stateReason } ... on ReopenedEvent { actor { login } } ... on RenamedTitleEvent { actor { login } previousTitle currentTitle } ... on LockedEvent { actor { login } } }";

const ISSUE = `{ repository(owner: "ada", name: "engine") { issue(number: 1) {
  lastEditedAt editor { login } state stateReason locked timelineItems(first: 50) { ${EVENTS} }
} } }`;

const PULL_REQUEST = `{ repository(owner: "ada", name: "engine") { pullRequest(number: 1) {
  lastEditedAt editor { login } state timelineItems(first: 50) { ${EVENTS} }
} } }`;

test("each change of an issue is told with its sender, and stands in the timeline with its actor", async () => {
  const { playground, ada, charles } = await engineWorld();
  await ada.issues.create({ ...ENGINE, title: "Talk", body: "Once", labels: ["go"] });
  const told = tellings(playground);

  await charles.issues.update({ ...ONE, title: "Talk more" });
  const { repository: before } = await ask(playground, ada, ISSUE);
  await charles.issues.update({ ...ONE, body: "Twice" });
  await charles.issues.removeLabel({ ...ONE, name: "go" });
  await charles.issues.addLabels({ ...ONE, labels: ["go"] });
  await ada.issues.update({ ...ONE, state: "closed", state_reason: "not_planned" });
  await charles.issues.update({ ...ONE, state: "open" });
  await ada.issues.lock(ONE);
  const { repository: after } = await ask(playground, ada, ISSUE);

  expect(told).toMatchObject([
    { what: "issues.edited", sender: "charles", changes: { title: { from: "Talk" } } },
    { what: "issues.edited", sender: "charles", changes: { body: { from: "Once" } } },
    { what: "issues.unlabeled", sender: "charles", label: { name: "go" } },
    { what: "issues.labeled", sender: "charles", label: { name: "go" } },
    { what: "issues.closed", sender: "ada" },
    { what: "issues.reopened", sender: "charles" },
    { what: "issues.locked", sender: "ada" },
  ]);
  // A new title is no edit of what was written.
  expect(before).toMatchObject({ issue: { lastEditedAt: null, editor: null } });
  const charlesDid = { actor: { login: "charles" } };
  expect(after).toMatchObject({
    issue: {
      lastEditedAt: expect.stringMatching(/Z$/),
      editor: { login: "charles" },
      state: "OPEN",
      stateReason: "REOPENED",
      locked: true,
      timelineItems: {
        nodes: [
          { __typename: "LabeledEvent", actor: { login: "ada" } },
          {
            __typename: "RenamedTitleEvent",
            ...charlesDid,
            previousTitle: "Talk",
            currentTitle: "Talk more",
          },
          { __typename: "UnlabeledEvent", ...charlesDid, label: { name: "go" } },
          { __typename: "LabeledEvent", ...charlesDid, label: { name: "go" } },
          { __typename: "ClosedEvent", actor: { login: "ada" }, stateReason: "NOT_PLANNED" },
          { __typename: "ReopenedEvent", ...charlesDid },
          { __typename: "LockedEvent", actor: { login: "ada" } },
        ],
      },
    },
  });
});

test("a pull request is renamed, closed and reopened by hand, each told with its sender", async () => {
  const { playground, ada, charles } = await reviewedPull({ "a.txt": lines({ 3: "changed" }) });
  const told = tellings(playground);

  await charles.pulls.update({ ...PULL, title: "Change a well", body: "For speed" });
  await charles.issues.addLabels({ ...ONE, labels: ["go"] });
  await charles.issues.removeLabel({ ...ONE, name: "go" });
  await charles.pulls.update({ ...PULL, state: "closed" });
  await ada.issues.update({ ...ONE, state: "open" });
  const { repository: shown } = await ask(playground, ada, PULL_REQUEST);

  expect(told).toMatchObject([
    {
      what: "pull_request.edited",
      sender: "charles",
      changes: { title: { from: "Change a" }, body: { from: "" } },
    },
    { what: "label.created", sender: "charles" },
    { what: "pull_request.labeled", sender: "charles" },
    { what: "pull_request.unlabeled", sender: "charles" },
    { what: "pull_request.closed", sender: "charles" },
    { what: "pull_request.reopened", sender: "ada" },
  ]);
  expect(shown).toMatchObject({
    pullRequest: {
      editor: { login: "charles" },
      state: "OPEN",
      timelineItems: {
        nodes: [
          { __typename: "RenamedTitleEvent", actor: { login: "charles" } },
          { __typename: "LabeledEvent" },
          { __typename: "UnlabeledEvent" },
          { __typename: "ClosedEvent", actor: { login: "charles" } },
          { __typename: "ReopenedEvent", actor: { login: "ada" } },
        ],
      },
    },
  });
});

/** What is told from now on. */
function tellings(playground: Playground): object[] {
  const told: object[] = [];
  playground.world.listeners.push(({ name, action, senderId, payload }) => {
    const sender = playground.world.users.get(senderId)?.login;
    told.push({ what: `${name}.${String(action)}`, sender, ...payload });
  });
  return told;
}

function ask(playground: Playground, octokit: Octokit, query: string): Promise<{ repository: object }> {
  return octokit.graphql(query, { baseUrl: `${playground.url}/api` });
}
