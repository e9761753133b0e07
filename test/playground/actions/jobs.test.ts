/** Several jobs of one run: needs, outputs, artifacts, matrices, conditions, permissions, re-runs. */
import { expect, test } from "vitest";
import { rerunWorkflow } from "../../../src/playground/actions/engine.ts";
import { demand } from "../../../src/playground/access.ts";
import { jobNamed, logOf, workflowWorld } from "./workflow-world.ts";

test("a job hands outputs and an artifact to the next, whose files come back as they were", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  make:
    runs-on: ubuntu-latest
    outputs:
      size: \${{ steps.write.outputs.size }}
    steps:
      - id: write
        shell: bash
        run: |
          mkdir -p out/deep && printf one > out/a.txt && printf two > out/deep/b.txt && printf no > out/deep/c.log
          printf 'size<<END\\n%s\\nEND\\n' "$(cat out/a.txt out/deep/b.txt | wc -c)" >> "$GITHUB_OUTPUT"
      - uses: actions/upload-artifact@v4
        with:
          name: bundle
          path: |
            out
            !out/**/*.log
          if-no-files-found: error
  take:
    needs: make
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v5
        with: {name: bundle, path: in}
      - run: cat in/a.txt in/deep/b.txt; ls in/deep; echo " size \${{ needs.make.outputs.size }} \${{ needs.make.result }}"
`,
  });

  await world.actions.idle();

  const run = world.onlyRun();
  expect(await logOf(jobNamed(run, "take"))).toContain("onetwob.txt\n size 6 success\n");
  expect(run.conclusion).toBe("success");
  expect(run.artifacts).toMatchObject([{ name: "bundle", size: 6 }]);
});

test("after a failed job only what is wanted always runs, and learns the result", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  bad: {runs-on: x, steps: [{run: exit 1}]}
  next: {needs: bad, runs-on: x, steps: [{run: 'true'}]}
  publish:
    needs: [bad]
    if: always()
    runs-on: x
    steps: [{run: 'echo it was \${{ needs.bad.result }}'}]
`,
  });

  await world.actions.idle();

  const run = world.onlyRun();
  expect(run.jobs.map(({ name, conclusion }) => `${name}: ${conclusion}`).toSorted()).toEqual([
    "bad: failure",
    "next: skipped",
    "publish: success",
  ]);
  expect(await logOf(jobNamed(run, "publish"))).toContain("it was failure\n");
  expect(run.conclusion).toBe("failure");
});

test("a matrix runs each of its combinations, and its includes", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  try:
    runs-on: x
    continue-on-error: \${{ matrix.shaky == true }}
    strategy:
      fail-fast: false
      matrix:
        size: [1, 2]
        include: [{size: 2, colour: red}, {size: 3, shaky: true}]
    steps: [{run: 'echo size $SIZE colour "\${{ matrix.colour }}"; test $SIZE -lt 3', env: {SIZE: '\${{ matrix.size }}'}}]
`,
  });

  await world.actions.idle();

  const run = world.onlyRun();
  expect(run.jobs.map(({ name, conclusion }) => `${name}: ${conclusion}`).toSorted()).toEqual([
    "try (1): success",
    "try (2, red): success",
    "try (3, true): failure",
  ]);
  expect(await logOf(jobNamed(run, "try (2, red)"))).toContain("size 2 colour red\n");
  expect(run.conclusion).toBe("success");
});

test("a job's token carries the job's permissions while the job runs, and nothing afterwards", async () => {
  await using world = await workflowWorld();
  const { repository } = world;
  const seen: string[] = [];
  world.world.listeners.push(({ name, action }) => {
    if (name !== "workflow_job" || action !== "in_progress") return;
    // The token is made right after this is told.
    queueMicrotask(() => {
      const token = [...world.world.tokens.values()].find(({ kind }) => kind === "workflow") ?? null;
      seen.push(JSON.stringify(token?.permissions));
      expect(() => demand(world.world, token, { repository, permission: "issues", access: "write" })).toThrow(
        "Resource not accessible by integration",
      );
    });
  });
  await world.push({
    ".github/workflows/a.yml":
      "on: push\npermissions: {issues: write}\njobs: {a: {permissions: {contents: write, issues: none}, runs-on: x, steps: [{run: 'true'}]}}\n",
  });

  await world.actions.idle();

  expect(seen).toEqual(['{"metadata":"read","contents":"write"}']);
  expect([...world.world.tokens.values()].filter(({ kind }) => kind === "workflow")).toEqual([]);
});

test("the failed jobs of a run run again, the others keep what they gave", async () => {
  await using world = await workflowWorld();
  const { repository, owner } = world;
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  good:
    runs-on: x
    outputs: {word: '\${{ steps.say.outputs.word }}'}
    steps: [{id: say, run: 'echo word=attempt-$GITHUB_RUN_ATTEMPT >> $GITHUB_OUTPUT'}]
  shaky:
    needs: good
    runs-on: x
    steps: [{run: 'echo \${{ needs.good.outputs.word }}; test $GITHUB_RUN_ATTEMPT = 2'}]
`,
  });
  await world.actions.idle();
  const run = world.onlyRun();
  const first = run.conclusion;

  await rerunWorkflow(world.world, { repository, run, actorId: owner.id, which: "failed" });
  await world.actions.idle();

  expect([first, run.conclusion, run.attempt]).toEqual(["failure", "success", 2]);
  expect(await logOf(jobNamed(run, "shaky"))).toContain("attempt-1\n");
  expect(run.jobs.filter(({ attempt }) => attempt === 2).map(({ name }) => name)).toEqual(["good", "shaky"]);
});

test("what cannot be evaluated fails its job, or the run before it has any", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  bad: {runs-on: x, strategy: {matrix: '\${{ fromJSON(vars.NONE) }}'}, steps: [{run: 'true'}]}
  next: {needs: bad, runs-on: [self-hosted, big], if: always(), steps: [{run: 'true'}]}
`,
    ".github/workflows/b.yml":
      "on: push\nrun-name: '${{ fromJSON(github.ref) }}'\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n",
  });

  await world.actions.idle();

  const [first, second] = world.repository.runs;
  expect(first?.jobs.map(({ name, conclusion, labels }) => ({ name, conclusion, labels }))).toEqual([
    { name: "bad", conclusion: "failure", labels: [] },
    { name: "next", conclusion: "success", labels: ["self-hosted", "big"] },
  ]);
  expect(first?.conclusion).toBe("failure");
  expect(second).toMatchObject({
    conclusion: "failure",
    jobs: [],
    problem: expect.stringContaining("b.yml"),
  });
});
