import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proseOf } from './prose.mjs';

/** `kind line text` of each block, with single spaces. */
const blocks = (file, text) =>
  proseOf(file, text).map(
    (one) => `${one.kind} ${one.line} ${one.text.replace(/\s+/g, ' ').trim()}`,
  );

test('comments that follow each other are one block', () => {
  const text = 'int a; // one\n// two\n\n/**\n * three `code`\n */\nint b;\n';
  assert.deepEqual(blocks('src/a.cpp', text), ['comment 1 one two', 'comment 4 three']);
});

test('a string of three words is a message, a shorter one is not', () => {
  const text = `fail(\`no such file: \${name}\`); const a = 'stdout'; // see 'x'\n`;
  assert.deepEqual(blocks('lib/a.ts', text), ['message 1 no such file:', "comment 1 see 'x'"]);
});

test('quotes and slashes in a regular expression start nothing', () => {
  assert.deepEqual(blocks('lib/a.ts', 'const p = /[\'"`]\\/\\//; // kept\n'), ['comment 1 kept']);
});

test('a raw string of C++ holds no comment', () => {
  assert.deepEqual(blocks('src/a.cpp', 'auto a = R"x(// no)x"; // yes\n'), ['comment 1 yes']);
});

test('the names of tests are found in both languages', () => {
  const cpp = 'TEST(ProcessTable, FindsAChild) {}\nTEST_F(URLTest, is_parsed) {}\n';
  assert.deepEqual(blocks('test/cpp/a.cpp', cpp), [
    'test 1 Process Table Finds A Child',
    'test 2 URL Test is parsed',
  ]);
  const js = "test('ends', () => run('sleep for an hour'));\ntest.each([1])('%d is odd', f);\n";
  assert.deepEqual(blocks('test/js/a.test.ts', js), ['test 1 ends', 'test 2 is odd']);
});

test('of a document, code and links are left out, but not the comments in its code', () => {
  const text = 'A [link](docs/hidden.md), `code`.\n\n```sh\nrun hidden # a comment\n```\nEnd.\n';
  assert.deepEqual(blocks('README.md', text), [
    'document 1 A [link , . End.',
    'comment 4 a comment',
  ]);
});

test('other files have comments after a number sign', () => {
  assert.deepEqual(blocks('cmake/a.cmake', '# one\n# two\nset(A "#3") # four\n'), [
    'comment 1 one two four',
  ]);
});
