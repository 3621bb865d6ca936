// Rows of the kit that are builds or runs of their own: they stand here so that none is missing from the table.
const row = (name, fault, how, skip) => ({ name, fault, how, run: () => ({ skip }) });

export const rows = [
  row(
    'elsewhere-address',
    'memory errors and undefined behaviour in the engine',
    'AddressSanitizer and UndefinedBehaviorSanitizer over the C++ tests',
    'a build of its own: `npm run test:asan`',
  ),
  row(
    'elsewhere-threads',
    'data races in the engine',
    'ThreadSanitizer over the C++ tests',
    'a build of its own: `npm run test:tsan`',
  ),
  row(
    'elsewhere-fuzz',
    'hostile input to the parsers',
    'libFuzzer with AddressSanitizer, and mutations of the JSON of the bridge, from the committed corpora on',
    'a run of its own: `npm run test:fuzz`',
  ),
];
