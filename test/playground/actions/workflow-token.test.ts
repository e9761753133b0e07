/** The token of a workflow job against the real server: what it may do, and what it never causes. */
import { expect, test } from "vitest";
import { startPlayground } from "../../../src/playground/playground.ts";
import { jobNamed, logOf } from "./workflow-world.ts";

const FILE = `on: push
jobs:
  writer:
    permissions: {contents: write, actions: write}
    runs-on: x
    steps:
      - uses: actions/checkout@v5
        with: {fetch-depth: 0}
      - run: |
          git -c user.name=bot -c user.email=bot@example.com commit --quiet --allow-empty -m "from a job"
          git push --quiet origin HEAD:refs/heads/made
      - name: ask
        shell: node {0}
        env: {TOKEN: '\${{ github.token }}'}
        run: |
          const [repository, api] = [process.env.GITHUB_REPOSITORY, process.env.GITHUB_API_URL];
          const ask = (path, body) => fetch(api + "/repos/" + repository + path, {
            method: "POST", body: JSON.stringify(body), headers: { authorization: "Bearer " + process.env.TOKEN },
          });
          const dispatched = await ask("/actions/workflows/later.yml/dispatches", { ref: "main" });
          const issue = await ask("/issues", { title: "no" });
          console.log("answers", dispatched.status, issue.status, (await issue.json()).message);
  reader:
    permissions: {contents: read}
    runs-on: x
    steps:
      - uses: actions/checkout@v5
      - run: git push origin HEAD:refs/heads/forbidden
`;

test("it carries just the job's permissions, and its pushes start nothing while its dispatches do", async () => {
  const playground = await startPlayground();
  playground.createPerson({ login: "ada" });

  const repository = await playground.createRepository({
    owner: "ada",
    name: "engine",
    files: {
      ".github/workflows/push.yml": FILE,
      ".github/workflows/later.yml":
        "on: workflow_dispatch\njobs: {later: {runs-on: x, steps: [{run: 'true'}]}}\n",
    },
  });
  await playground.settled();

  const [run, later, ...others] = repository.runs;
  if (!run) throw new Error("the push started nothing");
  const [writer, reader] = await Promise.all(["writer", "reader"].map((name) => logOf(jobNamed(run, name))));
  await playground.stop();
  expect(writer).toContain("answers 204 403 Resource not accessible by integration\n");
  expect(reader).toContain("remote: Permission to ada/engine.git denied to github-actions[bot].\n");
  expect(run.jobs.map(({ name, conclusion }) => `${name}: ${conclusion}`).toSorted()).toEqual([
    "reader: failure",
    "writer: success",
  ]);
  expect(later).toMatchObject({ event: "workflow_dispatch", conclusion: "success" });
  expect(others).toEqual([]);
});
