// Finds the prose in a file: `{ kind, line, text }` for each block. The kind is `document`, `comment`, `test` (the name
// of a test) or `message` (a string of at least three words). Code in backticks is replaced by spaces. Pure.

const WORDS = /[a-z]+[,;:]? +[a-z]+[,;:]? +[a-z]+/i;
const TEST_CALL = /(?:\b(?:test|it|describe)(?:\.\w+)*|\))\(\s*$/;

export function proseOf(file, text) {
  if (file.endsWith('.md')) return documentProse(text);
  if (/\.(html|svg)$/.test(file)) return [block('document', 1, withoutTags(text))];
  if (/\.([cm]?[jt]s|cpp|hpp|inl|h|css)$/.test(file)) return codeProse(file, text);
  if (/\.(cmake|ya?ml|sh)$|(^|\/)(CMakeLists\.txt|setup|run|\.[\w-]+)$/.test(file))
    return hashProse(text);
  return [];
}

const block = (kind, line, text) => ({ kind, line, text: withoutCode(text) });

/** Everything that is not code, and the comments in fenced code. */
function documentProse(text) {
  const comments = [];
  const rest = text.replace(/^```(\w*).*\n([\s\S]*?)^```/gm, (fence, language, code, offset) => {
    const first = lineAt(text, offset) + 1;
    const isScript = ['sh', 'bash', 'cmake', 'yaml', 'toml', 'python'].includes(language);
    const found = isScript ? hashProse(code) : codeProse(`x.${language}`, code);
    const onlyComments = found.filter(({ kind }) => kind === 'comment');
    comments.push(...onlyComments.map((one) => ({ ...one, line: one.line + first - 1 })));
    return spaces(fence);
  });
  const prose = rest
    .replace(/<!--[\s\S]*?-->|<[^>]+>/g, spaces)
    .replace(/\]\([^)]*\)/g, spaces)
    .replace(/https?:\/\/\S+/g, spaces);
  return [block('document', 1, prose), ...comments];
}

const withoutTags = (text) =>
  text
    .replace(/<(script|style)\b[\s\S]*?<\/\1>/g, spaces)
    .replace(/<[^>]+>/g, (tag) => tag.replace(/[^\n]/g, ' '));

/** Comments after `#`; lines that follow each other are one block. */
function hashProse(text) {
  const found = text.split('\n').map((line, index) => {
    const comment = /(?:^|\s)#(?!!)(.*)/.exec(line)?.[1];
    return comment === undefined ? undefined : { kind: 'comment', line: index + 1, text: comment };
  });
  return joined(found.filter(Boolean));
}

function codeProse(file, text) {
  const isTest = file.startsWith('test/') && !file.startsWith('test/faults/');
  const isCpp = /\.(cpp|hpp|inl|h)$/.test(file);
  const found = [];
  let code = '';
  for (const { type, value, offset } of tokens(text, isCpp)) {
    if (type === 'code') code += value;
    else if (type === 'comment')
      found.push({ kind: 'comment', line: lineAt(text, offset), text: bare(value) });
    else {
      const isName = TEST_CALL.test(code.slice(-200));
      const content = value.slice(1, -1).replace(/\$\{[^}]*\}|%[sdij]|\\./g, '  ');
      if (isTest ? isName : WORDS.test(content))
        found.push({
          kind: isTest ? 'test' : 'message',
          line: lineAt(text, offset),
          text: content,
        });
      code += '""';
    }
  }
  if (isTest && isCpp) found.push(...testMacros(text));
  return joined(found);
}

/** TEST(ProcessTable, FindsAChild) -> "Process Table Finds A Child". */
const testMacros = (text) =>
  [...text.matchAll(/\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)/g)].map(
    ({ 1: suite, 2: name, index }) => ({
      kind: 'test',
      line: lineAt(text, index),
      text: `${suite} ${name}`
        .replace(/_/g, ' ')
        .replace(/([a-z\d])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$2 '),
    }),
  );

/** Comments that follow each other line by line become one block, so that a phrase may cross lines. */
function joined(found) {
  const blocks = [];
  for (const one of found) {
    const last = blocks.at(-1);
    const isNext = last?.kind === one.kind && one.kind === 'comment' && last.end + 1 === one.line;
    const end = one.line + one.text.split('\n').length - 1;
    if (isNext) Object.assign(last, { text: `${last.text}\n${one.text}`, end });
    else blocks.push({ ...one, end });
  }
  return blocks.map(({ kind, line, text }) => block(kind, line, text));
}

/** Splits code into `code`, `comment` and `string`. Knows regular expressions of JavaScript and raw strings of C++. */
function* tokens(text, isCpp) {
  const pattern = isCpp
    ? /\/\/[^\n]*|\/\*[\s\S]*?\*\/|R"(\w*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g
    : /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:[!&|?{};+\n]\s*|return\s)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/g;
  let end = 0;
  for (const { 0: value, index: offset } of text.matchAll(pattern)) {
    yield { type: 'code', value: text.slice(end, offset), offset: end };
    end = offset + value.length;
    if (value.startsWith('//') || value.startsWith('/*')) yield { type: 'comment', value, offset };
    else if (/^["'`]/.test(value) && !(isCpp && value[0] === "'"))
      yield { type: 'string', value, offset };
    else yield { type: 'code', value: '0', offset };
  }
  yield { type: 'code', value: text.slice(end), offset: end };
}

const bare = (comment) =>
  comment
    .replace(/^\/\*+|\*+\/$/g, '  ')
    .replace(/^\s*(\/\/+|\*)/gm, ' ')
    .replace(/\{@\w+ [^}]*\}|^\s*@\w+/gm, spaces);

const withoutCode = (text) => text.replace(/`[^`\n]*`/g, spaces);
const spaces = (text) => text.replace(/[^\n]/g, ' ');
const lineAt = (text, offset) => text.slice(0, offset).split('\n').length;
