/** Blobs, trees, commits, refs and contents over REST, through Octokit. */
import { expect, test } from "vitest";
import { playgroundClient } from "./playground-client.ts";

test("a commit is made of blobs and a tree on top of a base, and a branch is put on it", async () => {
  await using client = await playgroundClient({ "README.md": "hello\n", "old/a.txt": "a\n" });
  const { octokit, at } = client;
  const main = await octokit.git.getRef({ ...at, ref: "heads/main" });
  const parent = main.data.object.sha;

  const blob = await octokit.git.createBlob({ ...at, content: "AAEC", encoding: "base64" });
  const tree = await octokit.git.createTree({
    ...at,
    base_tree: parent,
    tree: [
      { path: "bin/data", mode: "100644", type: "blob", sha: blob.data.sha },
      { path: "run.sh", mode: "100755", type: "blob", content: "#!/bin/sh\n" },
      { path: "old/a.txt", mode: "100644", type: "blob", sha: null },
    ],
  });
  const commit = await octokit.git.createCommit({
    ...at,
    message: "Add data",
    tree: tree.data.sha,
    parents: [parent],
  });
  await octokit.git.createRef({ ...at, ref: "refs/heads/work", sha: commit.data.sha });

  const shown = await octokit.git.getTree({ ...at, tree_sha: "work", recursive: "1" });
  expect(shown.data.tree.map(({ mode, path }) => `${mode} ${path}`)).toEqual([
    "100644 README.md",
    "040000 bin",
    "100644 bin/data",
    "100755 run.sh",
  ]);
  expect(commit.data).toMatchObject({
    message: "Add data",
    author: { name: "Ada" },
    parents: [{ sha: parent }],
  });
  const read = await octokit.git.getBlob({ ...at, file_sha: blob.data.sha });
  expect(read.data).toMatchObject({ size: 3, content: "AAEC\n", encoding: "base64" });
});

test("refs of any namespace are made once, move forward only, and are found by prefix", async () => {
  await using client = await playgroundClient();
  const { octokit, at, refusal } = client;
  const first = (await octokit.git.getRef({ ...at, ref: "heads/main" })).data.object.sha;
  const { tree } = (await octokit.git.getCommit({ ...at, commit_sha: first })).data;
  const next = await octokit.git.createCommit({ ...at, message: "Next", tree: tree.sha, parents: [first] });
  const sha = next.data.sha;

  await octokit.git.createRef({ ...at, ref: "refs/x/tasks/1", sha: first });
  const again = await refusal(octokit.git.createRef({ ...at, ref: "refs/x/tasks/1", sha }));
  await octokit.git.updateRef({ ...at, ref: "x/tasks/1", sha });
  const back = await refusal(octokit.git.updateRef({ ...at, ref: "x/tasks/1", sha: first }));
  const none = await refusal(octokit.git.updateRef({ ...at, ref: "x/none/1", sha }));
  const found = await octokit.git.listMatchingRefs({ ...at, ref: "x/tas" });
  await octokit.git.deleteRef({ ...at, ref: "x/tasks/1" });
  const gone = await refusal(octokit.git.getRef({ ...at, ref: "x/tasks/1" }));

  expect([again, back, none, gone]).toEqual([
    "422 Reference already exists",
    "422 Update is not a fast forward",
    "422 Reference does not exist",
    "404 Not Found",
  ]);
  expect(found.data).toMatchObject([{ ref: "refs/x/tasks/1", object: { sha, type: "commit" } }]);
});

test("what does not fit together is refused in GitHub's words", async () => {
  await using client = await playgroundClient();
  const { octokit, at, refusal } = client;
  const first = (await octokit.git.getRef({ ...at, ref: "heads/main" })).data.object.sha;
  const { tree } = (await octokit.git.getCommit({ ...at, commit_sha: first })).data;
  const missing = "1".repeat(40);

  const words = [
    await refusal(octokit.git.createCommit({ ...at, message: "x", tree: missing, parents: [] })),
    await refusal(octokit.git.createCommit({ ...at, message: "x", tree: tree.sha, parents: [missing] })),
    await refusal(octokit.git.createTree({ ...at, base_tree: missing, tree: [] })),
    await refusal(octokit.git.createTree({ ...at, tree: [{ path: "a", mode: "100644", type: "blob" }] })),
    await refusal(octokit.git.createRef({ ...at, ref: "refs/heads/x", sha: missing })),
  ];

  expect(words).toEqual([
    "422 Tree SHA does not exist",
    "422 Parent SHA does not exist or is not a commit object",
    "422 base_tree is not a valid tree oid",
    "422 Must supply either tree.sha or tree.content",
    "422 Object does not exist",
  ]);
});

test("files are read, written with their last blob only, and removed", async () => {
  await using client = await playgroundClient({ "src/a.txt": "a\n" });
  const { octokit, at, refusal } = client;
  const content = Buffer.from("b\n").toString("base64");
  const path = "src/a.txt";

  const folder = await octokit.repos.getContent({ ...at, path: "src" });
  const raw = await octokit.repos.getContent({ ...at, path, mediaType: { format: "raw" } });
  const blind = await refusal(
    octokit.repos.createOrUpdateFileContents({ ...at, path, message: "x", content }),
  );
  const wrong = { ...at, path, message: "x", content, sha: "1".repeat(40) };
  const stale = await refusal(octokit.repos.createOrUpdateFileContents(wrong));
  const [entry] = folder.data as { sha: string; path: string; type: string }[];
  const right = { ...wrong, sha: entry?.sha ?? "" };
  const saved = await octokit.repos.createOrUpdateFileContents(right);
  const sha = saved.data.content?.sha ?? "";
  await octokit.repos.deleteFile({ ...at, path, message: "Remove", sha });
  const gone = await refusal(octokit.repos.getContent({ ...at, path }));
  const commits = await octokit.repos.listCommits({ ...at });

  expect(entry).toMatchObject({ path, type: "file" });
  expect(raw.data).toBe("a\n");
  expect(blind).toContain('"sha" wasn\'t supplied.');
  expect(stale).toBe(`409 ${path} does not match ${"1".repeat(40)}`);
  expect(gone).toBe("404 Not Found");
  expect(commits.data.map(({ commit }) => commit.message)).toEqual(["Remove", "x", "First commit"]);
});
