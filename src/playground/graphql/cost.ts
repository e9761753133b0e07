/** What a query costs, by the formula in GitHub's "Rate limits and query limits for the GraphQL API". */
import {
  getNamedType,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type SelectionSetNode,
  type ValueNode,
  visit,
  visitWithTypeInfo,
  TypeInfo,
} from "graphql";

export interface Cost {
  /** Points: one per hundred requests that the connections would take, at least one. */
  points: number;
  /** Nodes that the connections may return at most; GitHub refuses more than 500,000. */
  nodes: number;
}

export const NODE_LIMIT = 500_000;

interface Walk {
  fragments: Map<string, FragmentDefinitionNode>;
  /** Connection fields, by place in the document. */
  connections: ReadonlySet<FieldNode>;
  variables: Record<string, unknown>;
  requests: number;
  nodes: number;
}

/** `variables` are the coerced ones; fields that `@include` or `@skip` leave out cost nothing. */
export function queryCost(
  schema: GraphQLSchema,
  {
    document,
    operation,
    variables,
  }: { document: DocumentNode; operation: SelectionSetNode; variables: Record<string, unknown> },
): Cost {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const walk: Walk = {
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
    connections: connectionFields(schema, document),
    variables,
    requests: 0,
    nodes: 0,
  };
  count(walk, operation, 1);
  return { points: Math.max(1, Math.round(walk.requests / 100)), nodes: walk.nodes };
}

function connectionFields(schema: GraphQLSchema, document: DocumentNode): Set<FieldNode> {
  const found = new Set<FieldNode>();
  const types = new TypeInfo(schema);
  const enter = (node: FieldNode): void => {
    const type = types.getType();
    if (type && getNamedType(type).name.endsWith("Connection")) found.add(node);
  };
  visit(document, visitWithTypeInfo(types, { Field: { enter } }));
  return found;
}

function count(walk: Walk, selections: SelectionSetNode, parents: number): void {
  for (const selection of selections.selections) {
    if (isLeftOut(walk, selection)) continue;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = walk.fragments.get(selection.name.value);
      if (fragment) count(walk, fragment.selectionSet, parents);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      count(walk, selection.selectionSet, parents);
    } else if (selection.selectionSet) {
      count(walk, selection.selectionSet, childrenOf(walk, selection, parents));
    }
  }
}

function isLeftOut(walk: Walk, node: Parameters<typeof getDirectiveValues>[1]): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, node, walk.variables)?.["if"] === true) return true;
  return getDirectiveValues(GraphQLIncludeDirective, node, walk.variables)?.["if"] === false;
}

/** How many objects a field gives at most; a connection takes one request for each of its parents. */
function childrenOf(walk: Walk, field: FieldNode, parents: number): number {
  if (!walk.connections.has(field)) return parents;
  const bound = (name: string): number | null =>
    numberOf(field.arguments?.find((argument) => argument.name.value === name)?.value, walk.variables);
  const children = parents * (bound("first") ?? bound("last") ?? 0);
  walk.requests += parents;
  walk.nodes += children;
  return children;
}

function numberOf(value: ValueNode | undefined, variables: Record<string, unknown>): number | null {
  if (value?.kind === Kind.INT) return Number(value.value);
  const given = value?.kind === Kind.VARIABLE ? variables[value.name.value] : null;
  return typeof given === "number" ? given : null;
}
