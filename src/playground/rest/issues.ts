/** REST: issues, and pull requests seen as issues. */
import type { Context } from "hono";
import { z } from "zod";
import { demand, hasRole } from "../access.ts";
import { actOf, actorOf, body, json, noContent, paginate, repositoryOf, type Api, type Env } from "../api.ts";
import { notPlayed } from "../errors.ts";
import { closeIssue, createIssue, editIssue, reopenIssue, setLabels, setLocked } from "../issues.ts";
import type { Issue } from "../model/issues.ts";
import type { Repository } from "../model/world.ts";
import { issueJson } from "../shapes/issue.ts";
import { eventsOf, timelineOf } from "../shapes/timeline.ts";
import { findUser } from "../world.ts";
import { demandOnIssue, issueOf } from "./issue-access.ts";

const LabelName = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);
const Title = z.union([z.string(), z.number().transform(String)]);

const NewIssue = z.object({
  title: Title,
  body: z.string().nullish(),
  labels: z.array(LabelName).optional(),
  assignees: z.array(z.string()).optional(),
  milestone: z.unknown().optional(),
});

const IssueChange = NewIssue.partial().extend({
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "reopened", "duplicate"]).nullish(),
});

export function issuesRoutes(api: Api): void {
  const { routes, world } = api;
  const issues = "/repos/:owner/:repo/issues";
  const one = `${issues}/:number{[0-9]+}`;

  routes.get(issues, (c) => {
    const repository = repositoryOf(api, c);
    demandOnIssue(api, c, { repository, issue: null, wanted: "read" });
    return json(
      c,
      paginate(c, listed(api, c, repository)).map((issue) => issueJson(world, repository, issue)),
    );
  });
  routes.post(issues, async (c) => {
    const repository = repositoryOf(api, c);
    demandOnIssue(api, c, { repository, issue: null, wanted: "speak" });
    const input = await body(c, NewIssue);
    refuseUnplayed(input);
    const labels = mayTriage(c, repository) ? (input.labels ?? []) : [];
    const issue = createIssue(world, repository, {
      ...actOf(c),
      title: input.title,
      body: input.body ?? null,
      labels,
    });
    c.header("Location", issueJson(world, repository, issue).url);
    return json(c, issueJson(world, repository, issue), 201);
  });
  routes.get(one, (c) => {
    const { repository, issue } = issueOf(api, c, "read");
    return json(c, issueJson(world, repository, issue));
  });
  routes.patch(one, async (c) => {
    const { repository, issue } = issueOf(api, c, "speak");
    if (issue.authorId !== actorOf(api, c).id) demandOnIssue(api, c, { repository, issue, wanted: "write" });
    const change = await body(c, IssueChange);
    refuseUnplayed(change);
    editIssue(world, repository, issue, { ...actOf(c), title: change.title, body: change.body });
    if (change.labels && mayTriage(c, repository)) {
      setLabels(world, repository, issue, { ...actOf(c), labels: change.labels });
    }
    if (change.state === "closed")
      closeIssue(world, repository, issue, { ...actOf(c), reason: change.state_reason });
    if (change.state === "open") reopenIssue(world, repository, issue, actOf(c));
    return json(c, issueJson(world, repository, issue));
  });
  routes.put(`${one}/lock`, (c) => {
    const { repository, issue } = issueOf(api, c, "write");
    setLocked(world, repository, issue, { ...actOf(c), locked: true });
    return noContent(c);
  });
  routes.delete(`${one}/lock`, (c) => {
    const { repository, issue } = issueOf(api, c, "write");
    setLocked(world, repository, issue, { ...actOf(c), locked: false });
    return noContent(c);
  });
  routes.get(`${one}/timeline`, (c) => {
    const { repository, issue } = issueOf(api, c, "read");
    return json(c, paginate(c, timelineOf(world, repository, issue)));
  });
  routes.get(`${one}/events`, (c) => {
    const { repository, issue } = issueOf(api, c, "read");
    return json(c, paginate(c, eventsOf(world, repository, issue)));
  });
  routes.get(`${issues}/events`, (c) => {
    const repository = repositoryOf(api, c);
    demand(world, c.get("token"), { repository, permission: "issues", access: "read" });
    const all = [...repository.issues.values()].flatMap((issue) => eventsOf(world, repository, issue));
    return json(
      c,
      paginate(
        c,
        all.toSorted((a, b) => Number(b["id"]) - Number(a["id"])),
      ),
    );
  });
}

/** GitHub drops the labels that a person without triage asks for, and says nothing. */
function mayTriage(c: Context<Env>, repository: Repository): boolean {
  const { token, actorId } = actOf(c);
  return token.permissions !== null || hasRole(repository, actorId, "triage");
}

function refuseUnplayed(input: { assignees?: string[] | undefined; milestone?: unknown }): void {
  if (input.assignees && input.assignees.length > 0) throw notPlayed("assignees of issues");
  if (input.milestone !== undefined && input.milestone !== null) throw notPlayed("milestones of issues");
}

function listed(api: Api, c: Context<Env>, repository: Repository): Issue[] {
  const state = c.req.query("state") ?? "open";
  const since = c.req.query("since");
  const labels = (c.req.query("labels") ?? "").split(",").filter((name) => name !== "");
  const creator = c.req.query("creator");
  const creatorId = creator === undefined ? undefined : (findUser(api.world, creator)?.id ?? -1);
  const chosen = [...repository.issues.values()].filter(
    (issue) =>
      (state === "all" || issue.state === state) &&
      (since === undefined || Date.parse(issue.updatedAt) >= Date.parse(since)) &&
      (creatorId === undefined || issue.authorId === creatorId) &&
      labels.every((name) => hasLabel(issue, name)),
  );
  return sorted(chosen, {
    by: c.req.query("sort") ?? "created",
    ascending: c.req.query("direction") === "asc",
    repository,
  });
}

function hasLabel(issue: Issue, name: string): boolean {
  return issue.labels.some((label) => label.toLowerCase() === name.toLowerCase());
}

function sorted(
  issues: Issue[],
  { by, ascending, repository }: { by: string; ascending: boolean; repository: Repository },
): Issue[] {
  const comments = (issue: Issue): number =>
    [...repository.comments.values()].filter(({ issueNumber }) => issueNumber === issue.number).length;
  const key = (issue: Issue): number => {
    if (by === "comments") return comments(issue);
    return Date.parse(by === "updated" ? issue.updatedAt : issue.createdAt);
  };
  const rising = issues.toSorted((a, b) => key(a) - key(b) || a.number - b.number);
  return ascending ? rising : rising.toReversed();
}
