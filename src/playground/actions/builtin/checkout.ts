/** `actions/checkout`: fetches a repository into the workspace as the real one does, read straight from disk. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve as resolvePath, sep } from "node:path";
import { demand } from "../../access.ts";
import { ApiError } from "../../errors.ts";
import { resolve } from "../../git/objects.ts";
import type { Repository } from "../../model/world.ts";
import { findByAnyName, fullName, liveToken } from "../../world.ts";
import { planPost } from "../posts.ts";
import { runProgram } from "../program.ts";
import { StepFailure } from "../step-failure.ts";
import type { Session } from "../session.ts";
import type { Execution } from "../steps.ts";

const UNPLAYED = ["submodules", "lfs", "sparse-checkout", "filter", "ssh-key"];

interface Wanted {
  /** Branch or tag name, pull request ref or commit. */
  ref: string;
  commit: string;
}

export async function checkout(execution: Execution, inputs: Record<string, string>): Promise<void> {
  const { session, outputs } = execution;
  for (const name of UNPLAYED) {
    if (inputs[name] !== undefined && inputs[name] !== "" && inputs[name] !== "false")
      throw new StepFailure(`The playground does not play '${name}' of actions/checkout: leave it out`);
  }
  const token = inputs["token"] ?? session.token.value;
  session.log.mask(token);
  const source = readable(
    session,
    inputs["repository"] ?? fullName(session.engine.world, session.live.repository),
    token,
  );
  const wanted = await find(session, source, inputs["ref"] ?? "");
  const directory = resolvePath(session.folders.workspace, inputs["path"] ?? ".");
  if (directory !== session.folders.workspace && !directory.startsWith(session.folders.workspace + sep))
    throw new StepFailure(`Repository path '${directory}' is not under '${session.folders.workspace}'`);
  await empty(directory, inputs["clean"] !== "false");
  const git = gitIn(execution, directory);
  const address = `${session.engine.world.serverUrl}/${fullName(session.engine.world, source)}`;
  await git("init", "--quiet", "--initial-branch=main", directory);
  await git("remote", "add", "origin", address);
  for (const fetch of fetches(source, wanted, Number(inputs["fetch-depth"] ?? 1))) await git(...fetch);
  await git(...checkoutArguments(wanted));
  outputs["ref"] = wanted.ref;
  outputs["commit"] = wanted.commit;
  session.log.write(wanted.commit);
  if (inputs["persist-credentials"] === "false") return;
  const key = `http.${session.engine.world.serverUrl}/.extraheader`;
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  session.log.mask(basic);
  await git("config", "--local", key, `AUTHORIZATION: basic ${basic}`);
  planPost(session, `Post ${String(execution.step.name ?? `Run ${execution.step.uses}`)}`, {
    wanted: () => true,
    run: (control) =>
      gitIn({ ...execution, control }, directory)("config", "--local", "--unset-all", key).catch(
        (error: Error) => {
          // A later step may have thrown the clone away, with the credentials in it.
          session.log.write(`credentials were gone already: ${error.message}`);
        },
      ),
  });
}

function readable(session: Session, name: string, token: string): Repository {
  const { world } = session.engine;
  const [owner = "", short = ""] = name.split("/");
  const source = findByAnyName(world, owner, short);
  const holder = liveToken(world, token);
  try {
    if (!source || !holder) throw new ApiError(404, "Not Found");
    demand(world, holder, { repository: source, permission: "contents", access: "read" });
    return source;
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    throw new StepFailure(`fatal: repository '${world.serverUrl}/${name}/' not found`, { cause });
  }
}

/** Without `ref`: what started the run, or the default branch of another repository. */
async function find(session: Session, source: Repository, ref: string): Promise<Wanted> {
  const { run, repository } = session.live;
  const isOwn = source.id === repository.id;
  if (ref === "" && isOwn) return { ref: run.ref, commit: run.sha };
  const asked = ref === "" ? `refs/heads/${source.defaultBranch}` : ref;
  const names = asked.startsWith("refs/") ? [asked] : [`refs/heads/${asked}`, `refs/tags/${asked}`];
  for (const name of names) {
    const commit = await resolve(source, `${name}^{commit}`);
    if (commit !== null) return { ref: name, commit };
  }
  const commit = /^[0-9a-f]{40}$/.test(asked) ? await resolve(source, `${asked}^{commit}`) : null;
  if (commit !== null) return { ref: "", commit };
  throw new StepFailure(`A branch or tag with the name '${asked}' could not be found`);
}

async function empty(directory: string, clean: boolean): Promise<void> {
  await mkdir(directory, { recursive: true });
  const names = clean ? await readdir(directory) : [".git"];
  await Promise.all(names.map((name) => rm(join(directory, name), { recursive: true, force: true })));
}

/**
 * Branches and pull requests land under `refs/remotes`, tags under `refs/tags`. Depth 0 brings all of history first; then
 * comes the very commit of the run, wherever its branch stands by now.
 */
function fetches(source: Repository, { ref, commit }: Wanted, depth: number): string[][] {
  // Over file://, because git ignores the depth of a plain path.
  const address = `file://${source.directory}`;
  const spec = ref === "" ? commit : `+${commit}:${trackingRef(ref)}`;
  const all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
  if (depth === 0)
    return [
      ["fetch", "--quiet", "--prune", address, ...all],
      ["fetch", "--quiet", "--no-tags", address, spec],
    ];
  return [["fetch", "--quiet", "--no-tags", `--depth=${depth}`, address, spec]];
}

function checkoutArguments({ ref, commit }: Wanted): string[] {
  const branch = /^refs\/heads\/(?<name>.+)$/.exec(ref)?.groups?.name;
  if (branch !== undefined) return ["checkout", "--quiet", "--force", "-B", branch, trackingRef(ref)];
  return ["checkout", "--quiet", "--force", ref === "" ? commit : trackingRef(ref)];
}

function trackingRef(ref: string): string {
  return ref.replace(/^refs\/heads\//, "refs/remotes/origin/").replace(/^refs\/pull\//, "refs/remotes/pull/");
}

function gitIn({ session, control }: Execution, directory: string): (...args: string[]) => Promise<void> {
  return async (...args) => {
    await runProgram(session, control, {
      file: "git",
      arguments: ["-c", "protocol.file.allow=always", "-c", "advice.detachedHead=false", ...args],
      directory,
      environment: { GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_NOSYSTEM: "1" },
      isOutside: true,
    });
  };
}
