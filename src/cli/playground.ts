/** `gza playground`: a GitHub of your own on this machine, to go through docs/setup.md without an account. */
import { once } from "node:events";
import { startPlayground } from "../playground/playground.ts";

export interface PlaygroundOptions {
  port: number;
  login: string;
}

/** Runs until it is interrupted; then everything in it is gone. Throws when the port is taken. */
export async function playground({ port, login }: PlaygroundOptions): Promise<void> {
  const { url, world, createPerson, stop } = await startPlayground({ port }).catch((cause: unknown) => {
    throw new Error(`the playground cannot listen on port ${port}; name another one with --port`, { cause });
  });
  const { token } = createPerson({ login });
  const { host } = new URL(url);
  const remote = new URL(world.serverUrl);
  remote.username = login;
  remote.password = token;
  const api = `curl -H "authorization: token ${token}" ${url}/api/v3`;
  console.log(`A GitHub of your own is up at ${url}, until Ctrl-C. You are ${login} there. The app works on it with

  GHE_HOST=${host} GHE_PROTOCOL=http npm start

Make a repository, push to it, ask; the pages only show things, and Ctrl-C forgets them all:

  ${api}/user/repos -d '{"name": "<name>"}'
  git push ${remote.href}${login}/<name>.git main
  ${api}/repos/${login}/<name>/issues -d '{"title": "<title>", "labels": ["gza"]}'
  ${api}/repos/${login}/<name>/issues/1/comments -d '{"body": "/gza status"}'
`);
  const ended = new AbortController();
  await Promise.race(["SIGINT", "SIGTERM"].map((signal) => once(process, signal, ended)));
  ended.abort();
  await stop();
}
