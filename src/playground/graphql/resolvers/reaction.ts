/** Reactions, one by one and in the eight groups that GitHub always answers. */
import type * as GitHub from "@octokit/graphql-schema";
import type { Reaction, ReactionContent } from "../../model/issues.ts";
import { nodeId } from "../../node-ids.ts";
import { connection } from "../connection.ts";
import type { Fields } from "../fields.ts";
import { actorNode, reactionsOf, type ReactableNode, type ReactionNode } from "../nodes.ts";

/** REST's names for GraphQL's, in GitHub's order of groups. */
export const CONTENTS: Record<GitHub.ReactionContent, ReactionContent> = {
  THUMBS_UP: "+1",
  THUMBS_DOWN: "-1",
  LAUGH: "laugh",
  HOORAY: "hooray",
  CONFUSED: "confused",
  HEART: "heart",
  ROCKET: "rocket",
  EYES: "eyes",
};

interface ReactionGroupNode {
  kind: "ReactionGroup";
  subject: ReactableNode;
  content: GitHub.ReactionContent;
  reactions: Reaction[];
}

/** What issues, pull requests and comments answer alike. */
export const reactableFields = {
  reactionGroups: (subject) => reactionGroups(subject),
  reactions: (subject, args: GitHub.IssueReactionsArgs, { viewer }) => {
    const wanted = args.content ? CONTENTS[args.content] : null;
    const reactions = reactionsOf(subject).filter(({ content }) => wanted === null || content === wanted);
    const nodes = reactions.map((reaction): ReactionNode => ({ kind: "Reaction", reaction, subject }));
    return {
      ...connection(nodes, args, ({ reaction }) => reaction.id),
      viewerHasReacted: reactions.some(({ userId }) => userId === viewer.id),
    };
  },
  viewerCanReact: () => true,
} satisfies Fields<GitHub.Issue | GitHub.PullRequest | GitHub.IssueComment, ReactableNode>;

export function reactionGroups(subject: ReactableNode): ReactionGroupNode[] {
  return (Object.keys(CONTENTS) as GitHub.ReactionContent[]).map((content) => ({
    kind: "ReactionGroup",
    subject,
    content,
    reactions: reactionsOf(subject).filter((reaction) => reaction.content === CONTENTS[content]),
  }));
}

export const reactionGroupFields: Fields<GitHub.ReactionGroup, ReactionGroupNode> = {
  content: ({ content }) => content,
  createdAt: ({ reactions }) => reactions[0]?.createdAt ?? null,
  subject: ({ subject }) => subject,
  viewerHasReacted: ({ reactions }, _args, { viewer }) =>
    reactions.some(({ userId }) => userId === viewer.id),
  reactors: ({ reactions }, args: GitHub.ReactionGroupReactorsArgs, { world }) =>
    connection(
      reactions.map(({ userId }) => actorNode(world, userId)),
      args,
      ({ user }) => user.id,
    ),
};

export const reactionFields: Fields<GitHub.Reaction, ReactionNode> = {
  id: ({ reaction }) => nodeId("Reaction", reaction.id),
  databaseId: ({ reaction }) => reaction.id,
  createdAt: ({ reaction }) => reaction.createdAt,
  content: ({ reaction }) =>
    (Object.keys(CONTENTS) as GitHub.ReactionContent[]).find((name) => CONTENTS[name] === reaction.content),
  reactable: ({ subject }) => subject,
  // GitHub's type allows only people here: a bot's reaction has no user.
  user: ({ reaction }, _args, { world }) => {
    const actor = actorNode(world, reaction.userId);
    return actor.kind === "User" ? actor : null;
  },
};
