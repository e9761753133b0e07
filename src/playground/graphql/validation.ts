/** GitHub's words for queries that do not fit the schema; graphql-js finds the faults. */
import {
  FieldsOnCorrectTypeRule,
  getNamedType,
  GraphQLError,
  isLeafType,
  isRequiredArgument,
  Kind,
  KnownArgumentNamesRule,
  NoUndefinedVariablesRule,
  NoUnusedVariablesRule,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  specifiedRules,
  validate,
  type ASTNode,
  type ASTVisitor,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationContext,
  type ValidationRule,
} from "graphql";

const REWORDED = new Set<ValidationRule>([
  FieldsOnCorrectTypeRule,
  KnownArgumentNamesRule,
  ProvidedRequiredArgumentsRule,
  ScalarLeafsRule,
  NoUndefinedVariablesRule,
  NoUnusedVariablesRule,
]);

/** The faults of a query, worded as GitHub words the common ones; empty when it may be executed. */
export function faultsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const rules = specifiedRules.filter((rule) => !REWORDED.has(rule));
  return validate(schema, document, [...rules, fields, variables]);
}

function fields(context: ValidationContext): ASTVisitor {
  return {
    Field(node, _key, _parent, _path, ancestors) {
      const parent = context.getParentType();
      const field = context.getFieldDef();
      const fieldName = node.name.value;
      const path = [...pathOf(ancestors), fieldName];
      if (!parent) return undefined;
      if (!field) {
        const message = `Field '${fieldName}' doesn't exist on type '${parent.name}'`;
        report(context, {
          node,
          path,
          message,
          extensions: { code: "undefinedField", typeName: parent.name, fieldName },
        });
        return false;
      }
      for (const argument of node.arguments ?? []) {
        const argumentName = argument.name.value;
        if (field.args.some(({ name }) => name === argumentName)) continue;
        const message = `Field '${fieldName}' doesn't accept argument '${argumentName}'`;
        const extensions = { code: "argumentNotAccepted", name: fieldName, typeName: "Field", argumentName };
        report(context, { node: argument, path: [...path, argumentName], message, extensions });
      }
      const given = new Set(node.arguments?.map((argument) => argument.name.value));
      const missing = field.args.filter(
        (argument) => isRequiredArgument(argument) && !given.has(argument.name),
      );
      if (missing.length > 0) {
        const names = missing.map(({ name }) => name).join(", ");
        const message = `Field '${fieldName}' is missing required arguments: ${names}`;
        const extensions = {
          code: "missingRequiredArguments",
          className: "Field",
          name: fieldName,
          arguments: names,
        };
        report(context, { node, path, message, extensions });
      }
      const type = getNamedType(field.type);
      if (isLeafType(type) === Boolean(node.selectionSet)) {
        const message = isLeafType(type)
          ? `Selections can't be made on ${type.name}s (field '${fieldName}' returns ${type.name} but has selections)`
          : `Field must have selections (field '${fieldName}' returns ${type.name} but has no selections. Did you mean '${fieldName} { ... }'?)`;
        const extensions = {
          code: "selectionMismatch",
          nodeName: `field '${fieldName}'`,
          typeName: type.name,
        };
        report(context, { node, path, message, extensions });
      }
      return undefined;
    },
  };
}

function variables(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const usages = context.getRecursiveVariableUsages(operation);
      const declared = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
      const used = new Set(usages.map(({ node }) => node.name.value));
      const path = [operationName(operation)];
      for (const { node } of usages) {
        const variableName = node.name.value;
        if (declared.has(variableName)) continue;
        const message = `Variable $${variableName} is used by ${called(operation.name?.value)} but not declared`;
        report(context, { node, path, message, extensions: { code: "variableNotDefined", variableName } });
      }
      for (const node of operation.variableDefinitions ?? []) {
        const variableName = node.variable.name.value;
        if (used.has(variableName)) continue;
        const message = `Variable $${variableName} is declared by ${called(operation.name?.value)} but not used`;
        report(context, { node, path, message, extensions: { code: "variableNotUsed", variableName } });
      }
    },
  };
}

interface Fault {
  node: ASTNode;
  path: string[];
  message: string;
  extensions: Record<string, string>;
}

function report(context: ValidationContext, { node, path, message, extensions }: Fault): void {
  context.reportError(new GraphQLError(message, { nodes: [node], path, extensions }));
}

/** GitHub's path of a fault begins with the operation or fragment: `["query Task", "repository", "issue"]`. */
function pathOf(ancestors: readonly (ASTNode | readonly ASTNode[])[]): string[] {
  return ancestors.flatMap((ancestor) => {
    if (!("kind" in ancestor)) return [];
    if (ancestor.kind === Kind.OPERATION_DEFINITION) return [operationName(ancestor)];
    if (ancestor.kind === Kind.FRAGMENT_DEFINITION) return [`fragment ${ancestor.name.value}`];
    if (ancestor.kind === Kind.INLINE_FRAGMENT) return [`... on ${ancestor.typeCondition?.name.value}`];
    return ancestor.kind === Kind.FIELD ? [(ancestor.alias ?? ancestor.name).value] : [];
  });
}

function operationName(operation: { operation: string; name?: { value: string } | undefined }): string {
  return operation.name ? `${operation.operation} ${operation.name.value}` : operation.operation;
}

function called(name: string | undefined): string {
  return name ?? "anonymous query";
}
