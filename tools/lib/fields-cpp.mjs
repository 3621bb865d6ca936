// The C++ side of the fields: read_fields() and write_fields(), for FlatReader and FlatWriter.
import { NOTE, sizeOf, tables } from './field-tables.mjs';

const { COMMANDS, CONFIG, CONFIG_CONTEXT, ENUMS, FILTER, LIMITS } = tables;
const { MEMBERS, PTY, REQUEST, REQUEST_CONTEXT, RETURNED, STOP_STEP } = tables;

/** The text of binding/generated/fields.hpp. */
export function cppFields() {
  return `${[
    NOTE,
    '#pragma once',
    '',
    '#include "engine/engine.hpp"',
    '#include "flat_reader.hpp"',
    '#include "flat_writer.hpp"',
    '#include "model/record.hpp"',
    '#include "model/recovered.hpp"',
    '#include "model/request.hpp"',
    '',
    'namespace escher::binding {',
    '',
    ...Object.entries(ENUMS).flatMap(([type, definition]) => enumeration(type, definition)),
    ...Object.entries(COMMANDS).flatMap(([type, { required, optional }]) =>
      reader(`${pascal(type)}Command`, 'command', { ...required, ...optional }),
    ),
    ...commandReader(),
    ...reader('ProcessLimits', 'limits', LIMITS),
    ...nestedReader('ProcessLimits', 'limits'),
    ...reader('StopStep', 'step', STOP_STEP),
    ...nestedReader('StopStep', 'step'),
    ...reader('TerminalOptions', 'pty', PTY),
    ...nestedReader('TerminalOptions', 'pty'),
    ...reader('ExecutionRequest', 'request', REQUEST, REQUEST_CONTEXT),
    ...reader('Config', 'config', CONFIG, CONFIG_CONTEXT),
    ...reader('ListFilter', 'filter', FILTER),
    ...writer('const Config& config', fieldsOf('config', CONFIG)),
    ...Object.entries(RETURNED).flatMap(([name, { cpp, of }]) =>
      writer(cpp, returnedFields(selfOf(name), of)),
    ),
    '}  // namespace escher::binding',
  ].join('\n')}\n`;
}

/** The names of an enumeration cross as numbers. The switch makes the compiler find a new enumerator. */
function enumeration(type, { names, enumerators = names.map(snake), none }) {
  return [
    'template <>',
    `struct Names<${type}> {`,
    `  static constexpr ${type} values[] = {`,
    ...enumerators.map((enumerator) => `      ${type}::${enumerator},`),
    '  };',
    `  static constexpr int index_of(${type} value) {`,
    '    switch (value) {',
    ...enumerators.map((enumerator, i) => `      case ${type}::${enumerator}: return ${i};`),
    ...(none === undefined ? [] : [`      case ${type}::${none}: return -1;`]),
    '    }',
    '    return -1;',
    '  }',
    '};',
    '',
  ];
}

function reader(type, self, table, context = []) {
  return [
    `inline void read_fields(FlatReader& in, ${type}& ${self}) {`,
    ...[...Object.keys(table), ...context].map(
      (field) => `  in.take("${field}", ${self}.${memberOf(self, field)});`,
    ),
    '}',
    '',
  ];
}

function commandReader() {
  return [
    'inline void read(const FlatValue& value, Command& command) {',
    '  FlatReader in(value);',
    '  int type = -1;',
    '  in.take("command.type", type);',
    '  switch (type) {',
    ...Object.keys(COMMANDS).map(
      (type, i) =>
        `    case ${i}: return read_fields(in, command.emplace<${pascal(type)}Command>());`,
    ),
    '    default: in.wrong("command.type", "the index of a type");',
    '  }',
    '}',
    '',
  ];
}

/** For a member that crosses as an array of its own. */
function nestedReader(type, self) {
  return [
    `inline void read(const FlatValue& value, ${type}& ${self}) {`,
    '  FlatReader in(value);',
    `  read_fields(in, ${self});`,
    '}',
    '',
  ];
}

function writer(parameters, lines) {
  return [
    `inline void write_fields(FlatWriter& out, ${parameters}) {`,
    ...lines.map((line) => `  ${line}`),
    '}',
    '',
  ];
}

function fieldsOf(self, table) {
  return Object.keys(table).map((field) => `out.put(${self}.${memberOf(self, field)});`);
}

function returnedFields(self, table) {
  return Object.entries(table).flatMap(([field, { kind, of, cpp, isOptional }]) => {
    if (kind === 'given') return [];
    const value = cpp ?? `${self}.${memberOf(self, field)}`;
    if (kind !== 'group') return [`out.put(${value});`];
    if (!isOptional) return returnedFields(value, of);
    const inner = `its_${memberOf(self, field)}`;
    return [
      `if (const auto& ${inner} = ${value}) {`,
      ...returnedFields(`${inner}.value()`, of).map((line) => `  ${line}`),
      '} else {',
      `  out.nulls(${sizeOf(of)});`,
      '}',
    ];
  });
}

function selfOf(name) {
  return name === 'outcome' ? 'result' : name;
}

/** `timeoutMs` is the member `timeout`: the type of the member has the unit. */
function memberOf(self, field) {
  return MEMBERS[`${self}.${field}`] ?? MEMBERS[field] ?? snake(field).replace(/_(ms|secs)$/, '');
}

function snake(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function pascal(name) {
  return name[0].toUpperCase() + name.slice(1);
}
