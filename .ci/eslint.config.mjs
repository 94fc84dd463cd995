// What the type checker cannot see. Rules about types are TypeScript's own; arrows between folders are checked by
// .ci/dependency-cruiser.cjs; what needs the whole tree at once stands in tests/architecture.test.ts.
import * as parser from "./typescript-parser.mjs";

const everywhere = [
  { selector: "TSAnyKeyword", message: "`any` switches the type checker off. Use `unknown` and look, or say the type." },
  { selector: "TSEnumDeclaration, TSModuleDeclaration[kind!='global']:not([declare=true])", message: "Node strips types and compiles nothing: no enums, no namespaces." },
  { selector: "TSParameterProperty", message: "Node strips types and compiles nothing: no parameter properties." },
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Text of users and models is hostile; let React escape it." },
  { selector: "ExpressionStatement[directive='use server']", message: "No server actions: changes go through procedures that state a permission." },
  { selector: "CallExpression[callee.name='eval'], NewExpression[callee.name='Function']", message: "No code from text." },
];
const environment = { selector: "MemberExpression[object.name='process'][property.name='env'], MemberExpression[object.name='process'][property.value='env']", message: "The environment is read in src/config only." };
const insecureParser = { selector: "Property[key.name='insecureHTTPParser'][value.value=true]", message: "Only the strict HTTP parser." };
const functionIntoProperty = {
  selector: "AssignmentExpression[left.type='MemberExpression'][right.type=/Function/]",
  message: "V8 makes a function that is written in an assignment to a property an old object at once, and with it all that it sees: a request's whole memory then waits for a full collection. Name the function first.",
};
const styleAttribute = { selector: "JSXAttribute[name.name='style']", message: "The content security policy refuses style attributes; use a class." };
const literalText = { selector: "JSXText[value=/[A-Za-z]{3}/]", message: "Words of the interface stand in src/ui/messages." };

const FUNCTIONS = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];

/** Lines of a function without those of the functions inside it: a factory may hold many short ones. */
const ownLines = {
  meta: { schema: [{ type: "integer" }] },
  create(context) {
    const stack = [];
    const enter = (node) => stack.push({ node, inner: 0 });
    const leave = (node) => {
      const { inner } = stack.pop();
      const lines = node.loc.end.line - node.loc.start.line + 1;
      const own = lines - inner;
      if (own > context.options[0]) context.report({ node, message: `This function has ${own} lines of its own; ${context.options[0]} are enough.` });
      const parent = stack.at(-1);
      if (parent && lines > 1) parent.inner += lines - 1;
    };
    return Object.fromEntries(FUNCTIONS.flatMap((type) => [[type, enter], [`${type}:exit`, leave]]));
  },
};
const plugins = { modelmart: { rules: { "own-lines": ownLines } } };

const rules = {
  eqeqeq: ["error", "always", { null: "ignore" }],
  "no-var": "error",
  "no-debugger": "error",
  "no-empty": ["error", { allowEmptyCatch: false }],
  "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx", "hack"], location: "anywhere" }],
  "no-self-compare": "error",
  "no-constant-condition": ["error", { checkLoops: false }],
  "no-cond-assign": "error",
  "no-dupe-else-if": "error",
  "no-duplicate-case": "error",
  "no-sparse-arrays": "error",
  "no-unsafe-finally": "error",
  "use-isnan": "error",
  "valid-typeof": "error",
  "no-implied-eval": "error",
  "no-throw-literal": "error",
  "no-return-assign": ["error", "except-parens"],
  "max-depth": ["error", 5],
  "max-lines": ["error", { max: 400 }],
};

const generated = "src/platform/db/generated/**";

export default [
  { plugins },
  { ignores: ["node_modules/**", ".next/**", "tests/.out/**", generated, "next-env.d.ts"] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" } },
  {
    files: ["src/**/*.ts", "src/**/*.tsx", "src/**/*.mjs", "tests/**/*.ts"],
    languageOptions: { parser, ecmaVersion: "latest", sourceType: "module" },
    rules: { ...rules, "no-restricted-syntax": ["error", ...everywhere, insecureParser] },
  },
  {
    files: ["src/**/*.ts", "src/**/*.tsx"],
    ignores: ["src/config/**"],
    rules: {
      "no-restricted-syntax": ["error", ...everywhere, insecureParser, environment, styleAttribute],
      "modelmart/own-lines": ["error", 70],
    },
  },
  {
    files: ["src/relay/**/*.ts", "src/money/**/*.ts", "src/platform/**/*.ts", "src/snapshot/**/*.ts"],
    ignores: [generated],
    rules: { "no-restricted-syntax": ["error", ...everywhere, insecureParser, environment, functionIntoProperty] },
  },
  { files: ["src/**/*.ts", "src/**/*.tsx"], ignores: ["src/cli/**"], rules: { "no-console": "error" } },
  {
    files: ["src/app/**/*.tsx", "src/ui/**/*.tsx"],
    rules: {
      "no-restricted-syntax": ["error", ...everywhere, environment, styleAttribute, literalText],
      // A page is one tree of elements; cutting it by length would cut it by accident.
      "modelmart/own-lines": ["error", 110],
    },
  },
];
