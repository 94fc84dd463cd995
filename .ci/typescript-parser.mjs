// ESLint's view of TypeScript and TSX: Oxc's parser (it comes with Rolldown) builds the tree that typescript-eslint
// describes; this file adds what ESLint wants beside it: locations, tokens and comments.
import { parseAst } from "rolldown/parseAst";


export const meta = { name: "modelmart-typescript", version: "1" };

export function parseForESLint(code, { filePath }) {
  const lang = /\.tsx$/.test(filePath) ? "tsx" : /\.ts$/.test(filePath) ? "ts" : "js";
  const ast = parseAst(code, { lang, astType: "ts", sourceType: "module" }, filePath);
  const locate = locator(code);
  decorate(ast, locate);
  ast.range = [0, code.length];
  ast.loc = { start: locate(0), end: locate(code.length) };
  const literals = literalsOf(ast);
  ast.comments = commentsOf(code, literals, locate);
  ast.tokens = tokensOf(code, literals, ast.comments, locate);
  return { ast, visitorKeys: keysOf(ast), services: {} };
}

function locator(code) {
  const starts = [0];
  for (let i = 0; i < code.length; i++) if (code[i] === "\n") starts.push(i + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low] };
  };
}

const isNode = (value) => value !== null && typeof value === "object" && typeof value.type === "string";

function decorate(node, locate) {
  node.range = [node.start, node.end];
  node.loc = { start: locate(node.start), end: locate(node.end) };
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) value.forEach((each) => isNode(each) && decorate(each, locate));
    else if (isNode(value)) decorate(value, locate);
  }
}

/** Every kind of node that occurs, with those of its fields that hold nodes. */
function keysOf(root) {
  const keys = {};
  (function walk(node) {
    const known = (keys[node.type] ??= new Set());
    for (const [name, value] of Object.entries(node)) {
      if (name === "loc" || name === "range" || name === "comments" || name === "tokens") continue;
      const children = Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];
      if (children.length > 0) known.add(name);
      children.forEach(walk);
    }
  })(root);
  return Object.fromEntries(Object.entries(keys).map(([type, names]) => [type, [...names]]));
}

/** Ranges in which neither comments nor operators are looked for, in order. */
function literalsOf(ast) {
  const ranges = [];
  (function walk(node) {
    if (["Literal", "TemplateElement", "JSXText"].includes(node.type)) ranges.push([node.start, node.end]);
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) value.forEach((each) => isNode(each) && walk(each));
      else if (isNode(value)) walk(value);
    }
  })(ast);
  return ranges.sort(([a], [b]) => a - b);
}

function commentsOf(code, literals, locate) {
  const comments = [];
  let next = 0;
  for (let i = 0; i < code.length - 1; i++) {
    while (next < literals.length && literals[next][1] <= i) next++;
    if (next < literals.length && literals[next][0] <= i) {
      i = literals[next][1] - 1;
      continue;
    }
    if (code[i] !== "/" || (code[i + 1] !== "/" && code[i + 1] !== "*")) continue;
    const block = code[i + 1] === "*";
    const found = code.indexOf(block ? "*/" : "\n", i + 2);
    const end = found < 0 ? code.length : block ? found + 2 : found;
    comments.push({ type: block ? "Block" : "Line", value: code.slice(i + 2, block ? end - 2 : end), start: i, end, range: [i, end], loc: { start: locate(i), end: locate(end) } });
    i = end - 1;
  }
  return comments;
}

const TOKEN = /[\p{ID_Start}$_#][\p{ID_Continue}$]*|===|!==|\*\*=|\?\?=|&&=|\|\|=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\.\.\.|\+\+|--|[+\-*/%&|^]=|\*\*|[^\s]/uy;

/** Good enough for rules that compare or look at neighbours; none here cares about spacing. */
function tokensOf(code, literals, comments, locate) {
  const tokens = [];
  const add = (type, start, end) => tokens.push({ type, value: code.slice(start, end), start, end, range: [start, end], loc: { start: locate(start), end: locate(end) } });
  const fixed = [...literals.map(([start, end]) => ({ start, end, literal: true })), ...comments.map(({ start, end }) => ({ start, end, literal: false }))].sort((a, b) => a.start - b.start);
  let at = 0;
  for (const { start, end, literal } of [...fixed, { start: code.length, end: code.length, literal: false }]) {
    while (at < start) {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(code);
      if (!match) at++;
      else {
        add(/^[\p{ID_Start}$_#]/u.test(match[0]) ? "Identifier" : "Punctuator", at, at + match[0].length);
        at += match[0].length;
      }
    }
    if (literal && end > start) add("String", start, end);
    at = Math.max(at, end);
  }
  return tokens;
}
