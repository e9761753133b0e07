/** Files that git's attributes would write anew are nobody's work. */
import { expect, it } from "vitest";
import { createTaskServer, run, runWorkflow, type TaskServer } from "../task-server.ts";

const CRLF = "one\r\ntwo\r\n";

/** On its base lie files with line ends that its attributes say it has not. */
function unfittingServer(steps: unknown[]): TaskServer {
  const server = createTaskServer(
    steps,
    {},
    { "a.bat": CRLF, "sub/b c.bat": CRLF, attributes: "*.bat text\n" },
  );
  const bare = ["-c", "user.name=Bo", "-c", "user.email=bo@example.com"];
  const tree = `${server.root}/attributes`;
  run(server.root, "clone", "--quiet", server.bare, tree);
  run(tree, "config", "core.autocrlf", "false");
  run(tree, "update-index", "--add", "--cacheinfo", `100644,${attributes(server)},.gitattributes`);
  run(tree, ...bare, "commit", "--quiet", "--message", "Say what line ends there are");
  run(tree, "push", "--quiet", "origin", "main");
  const base = server.git("rev-parse", "main");
  const job = { ...server.job, start: { ...server.job.start, base } };
  return { ...server, base, job, inputs: server.handOut(JSON.stringify(job)) };
}

function attributes(server: TaskServer): string {
  return server.git("rev-parse", "main:attributes");
}

it("leaves files as the base has them that no agent has touched, whatever their attributes say", async () => {
  using server = unfittingServer([{ write: { path: "new.md", content: "New\n" } }]);

  const report = await runWorkflow(server);

  expect(report).toMatchObject({ end: "completed", work: { files: 1 } });
});

it("says that nothing was changed where nothing was", async () => {
  using server = unfittingServer([{ say: "It is fine as it is." }]);

  expect(await runWorkflow(server)).toMatchObject({ end: "empty_run", work: null });
});

it("takes a file that was touched as git stores it", async () => {
  using server = unfittingServer([{ run: "printf 'three\\r\\n' >> 'sub/b c.bat'" }]);

  const report = await runWorkflow(server);
  const changed = server.git("diff", "--name-only", server.base, String(report.work?.head));

  expect(changed).toBe("sub/b c.bat");
  expect(server.git("show", `${report.work?.head}:sub/b c.bat`)).toBe("one\ntwo\nthree");
});
