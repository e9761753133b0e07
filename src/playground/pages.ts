/** Plain pages for a person with a browser: a repository, an issue, a pull request. Read-only, public repositories only. */
import type { Context } from "hono";
import { numberParam, param, repositoryOf, type Api, type Env } from "./api.ts";
import { commentsOf } from "./comments.ts";
import { listRefs } from "./git/list-refs.ts";
import { escape } from "./html.ts";
import { findIssue } from "./issues.ts";
import type { Issue, TimelineEvent } from "./model/issues.ts";
import type { Repository, World } from "./model/world.ts";
import { link, page, said } from "./page-parts.ts";
import { headChecks, reviewEntries, type Entry } from "./pull-page.ts";
import { fullName, userById } from "./world.ts";

export function pagesRoutes(api: Api): void {
  const { routes, world } = api;

  routes.get("/", (c) => c.html(home(world)));
  routes.get("/:owner/:repo", async (c) => c.html(await repositoryPage(world, repositoryOf(api, c))));
  for (const kind of ["issues", "pull"]) {
    routes.get(`/:owner/:repo/${kind}/:number{[0-9]+}`, (c) => {
      const repository = repositoryOf(api, c);
      const issue = findIssue(repository, numberParam(c, "number"));
      return moved(c, { issue, kind }) ?? c.html(issuePage(world, repository, issue));
    });
  }
}

/** GitHub sends `/issues/3` on to `/pull/3` when that is what it is, and back. */
function moved(c: Context<Env>, { issue, kind }: { issue: Issue; kind: string }): Response | null {
  const right = issue.pull ? "pull" : "issues";
  return right === kind
    ? null
    : c.redirect(`/${param(c, "owner")}/${param(c, "repo")}/${right}/${issue.number}`);
}

function home(world: World): string {
  const seen = [...world.repositories.values()].filter((repository) => !repository.private);
  const items = seen.map(
    (repository) => `<li>${link(`/${fullName(world, repository)}`, fullName(world, repository))}`,
  );
  return page("Repositories", `<ul>${items.join("")}</ul>`);
}

async function repositoryPage(world: World, repository: Repository): Promise<string> {
  const name = fullName(world, repository);
  const branches = await listRefs(repository, "refs/heads/");
  const open = [...repository.issues.values()].filter(({ state }) => state === "open").toReversed();
  const list = (issues: Issue[]): string =>
    `<ul>${issues.map((issue) => `<li>${issueLink(name, issue)} ${labels(issue)}`).join("")}</ul>`;
  return page(
    name,
    `<h2>Branches</h2><ul>${branches.map((ref) => `<li>${escape(ref.name.replace("refs/heads/", ""))} <code>${ref.oid.slice(0, 7)}</code>`).join("")}</ul>
<h2>Open pull requests</h2>${list(open.filter(({ pull }) => pull !== null))}
<h2>Open issues</h2>${list(open.filter(({ pull }) => pull === null))}`,
  );
}

function issuePage(world: World, repository: Repository, issue: Issue): string {
  const name = fullName(world, repository);
  const entries: Entry[] = [
    ...commentsOf(repository, issue).map((comment) => ({
      at: comment.createdAt,
      id: comment.id,
      html: said(world, comment),
    })),
    ...issue.timeline.map((event) => ({ at: event.createdAt, id: event.id, html: happened(world, event) })),
    ...(issue.pull ? reviewEntries(world, issue.pull) : []),
  ].toSorted((a, b) => a.at.localeCompare(b.at) || a.id - b.id);
  return page(
    `${issue.title} #${issue.number}`,
    `<p>${link(`/${name}`, name)} · ${standing(issue)} ${labels(issue)}</p>
${said(world, { authorId: issue.authorId, createdAt: issue.createdAt, body: issue.body ?? "" })}
${entries.map(({ html }) => html).join("\n")}
${issue.pull ? headChecks(repository, issue.pull.headSha) : ""}`,
  );
}

function standing({ state, pull }: Issue): string {
  if (!pull) return state;
  const sides = `<code>${escape(pull.headRef)}</code> → <code>${escape(pull.baseRef)}</code>`;
  if (pull.mergedAt !== null) return `merged, ${sides}`;
  return `${state === "open" && pull.draft ? "draft" : state}, ${sides}`;
}

function happened(world: World, event: TimelineEvent): string {
  const { login } = userById(world, event.actorId);
  const what = [event.kind.replaceAll("_", " "), event.label ?? "", event.commit?.slice(0, 7) ?? ""].join(
    " ",
  );
  return `<p>${escape(login)} ${escape(what.trim())}, ${event.createdAt}</p>`;
}

function issueLink(name: string, issue: Issue): string {
  return link(
    `/${name}/${issue.pull ? "pull" : "issues"}/${issue.number}`,
    `#${issue.number} ${issue.title}`,
  );
}

function labels(issue: Issue): string {
  return issue.labels.map((label) => `<mark>${escape(label)}</mark>`).join(" ");
}
