/** Actions of other repositories and of the repository itself, and the ways a step talks to the runner. */
import { expect, test } from "vitest";
import { commitFiles } from "../../../src/playground/first-commit.ts";
import { createUser } from "../../../src/playground/people.ts";
import { createRepository } from "../../../src/playground/repositories.ts";
import { jobNamed, logOf, stepsOf, workflowWorld, type WorkflowWorld } from "./workflow-world.ts";

test("a node24 action of another repository, with pre, post, state, inputs and outputs", async () => {
  await using world = await workflowWorld();
  await addRepository(world, "tools/greet", {
    "action.yml": `name: Greet
description: Greets
inputs: {who: {description: whom, default: "\${{ github.actor }}"}, big word: {description: x, required: true}}
outputs: {greeting: {description: what was said}}
runs: {using: node24, pre: pre.js, main: main.js, post: post.js, post-if: success()}
`,
    "pre.js":
      "require('fs').appendFileSync(process.env.GITHUB_STATE, 'from=pre\\n'); console.log('pre runs')",
    "main.js": `const fs = require("fs");
console.log("hello " + process.env.INPUT_WHO + " " + process.env.INPUT_BIG_WORD + " " + process.env.STATE_from);
fs.appendFileSync(process.env.GITHUB_OUTPUT, "greeting=hello\\n");
fs.appendFileSync(process.env.GITHUB_STATE, "left=over\\n");`,
    "post.js": "console.log('post has ' + process.env.STATE_left + ' ' + process.env.STATE_from)",
  });
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  a:
    runs-on: x
    steps:
      - {uses: tools/greet@main, id: greet, with: {Big Word: wow}}
      - run: echo "output \${{ steps.greet.outputs.greeting }} \${{ steps.greet.outcome }}"
`,
  });

  await world.actions.idle();

  const job = jobNamed(world.onlyRun(), "a");
  const log = await logOf(job);
  expect(stepsOf(job)).toEqual([
    "Set up job: success",
    "Pre Run tools/greet@main: success",
    "Run tools/greet@main: success",
    'Run echo "output ${{ steps.greet.outputs.greeting }} ${{ steps.greet.outcome }}": success'.replace(
      "${{ steps.greet.outputs.greeting }} ${{ steps.greet.outcome }}",
      "hello success",
    ),
    "Post Run tools/greet@main: success",
    "Complete job: success",
  ]);
  expect(log).toContain("hello ada wow pre\n");
  expect(log).toContain("output hello success\n");
  expect(log).toContain("post has over pre\n");
});

test("a composite action of the repository itself", async () => {
  await using world = await workflowWorld();
  await world.push({
    "tool/action.yml": `name: Tool
description: Composite
inputs: {word: {description: a word, default: none}}
outputs: {twice: {description: doubled, value: "\${{ steps.double.outputs.value }}"}}
runs:
  using: composite
  steps:
    - id: double
      shell: bash
      run: echo "value=$WORD$WORD" >> "$GITHUB_OUTPUT"; sh "$GITHUB_ACTION_PATH/say.sh"
      env: {WORD: "\${{ inputs.word }}"}
`,
    "tool/say.sh": "echo said from the action\n",
    ".github/workflows/a.yml": `on: push
jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/checkout@v5
      - {id: tool, uses: ./tool, with: {word: ha}}
      - run: echo "got \${{ steps.tool.outputs.twice }}"
`,
  });

  await world.actions.idle();

  const log = await logOf(jobNamed(world.onlyRun(), "a"));
  expect(log).toContain("said from the action\n");
  expect(log).toContain("got haha\n");
});

test("an action that nobody has fails the job in GitHub's words", async () => {
  await using world = await workflowWorld();
  await world.push({
    ".github/workflows/a.yml": "on: push\njobs: {a: {runs-on: x, steps: [{uses: no/body@v1}]}}\n",
  });

  await world.actions.idle();

  expect(await logOf(jobNamed(world.onlyRun(), "a"))).toContain(
    "##[error]Unable to resolve action `no/body@v1`, repository not found",
  );
});

test("secrets and masks never reach the log, the outputs or the annotations", async () => {
  await using world = await workflowWorld();
  world.repository.actions.secrets["KEY"] = "s3cret-value";
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  a:
    runs-on: x
    outputs: {leak: '\${{ steps.s.outputs.leak }}'}
    steps:
      - id: s
        env: {KEY: '\${{ secrets.KEY }}'}
        run: |
          echo "::add-mask::hidden word"
          echo "the key is $KEY and the hidden word, token \${{ github.token }}"
          echo "::warning::$KEY"
          echo "leak=$KEY" >> $GITHUB_OUTPUT
`,
  });

  await world.actions.idle();

  const job = jobNamed(world.onlyRun(), "a");
  const log = await logOf(job);
  expect(log).toContain("the key is *** and the ***, token ***\n");
  expect(log).not.toContain("s3cret-value");
  expect(job.outputs).toEqual({});
  expect(world.repository.checks[0]?.annotations).toMatchObject([{ message: "***" }]);
});

test("text in an environment variable stays text, and stopped commands are not obeyed", async () => {
  await using world = await workflowWorld();
  world.repository.actions.variables["TITLE"] = "$(touch injected) `id` ${{ github.token }} '\"";
  await world.push({
    ".github/workflows/a.yml": `on: push
jobs:
  a:
    runs-on: x
    env: {TITLE: '\${{ vars.TITLE }}'}
    steps:
      - run: |
          echo "title $TITLE"
          echo "::stop-commands::word"
          echo "::error::not an error"
          echo "::word::"
          ls
          echo "FOO=bar" >> "$GITHUB_ENV"; echo "GITHUB_SHA=forged" >> "$GITHUB_ENV"
          mkdir -p bin; printf 'echo mine' > bin/mine; chmod +x bin/mine; echo "$PWD/bin" >> "$GITHUB_PATH"
      - run: mine; echo "$FOO $GITHUB_SHA"; env
`,
  });

  await world.actions.idle();

  const run = world.onlyRun();
  const log = await logOf(jobNamed(run, "a"));
  expect(log).toContain("title $(touch injected) `id` ${{ github.token }} '\"\n");
  expect(log).not.toContain("\ninjected\n");
  expect(log).toContain(`mine\nbar ${run.sha}\n`);
  expect(world.repository.checks[0]?.annotations).toEqual([]);
  expect(log).not.toContain("VITEST");
});

async function addRepository(
  { world }: WorkflowWorld,
  name: string,
  files: Record<string, string>,
): Promise<void> {
  const [login = "", short = ""] = name.split("/");
  const owner = createUser(world, { login });
  await commitFiles(world, await createRepository(world, { owner, name: short }), files);
}
