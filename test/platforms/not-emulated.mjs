// What cannot run under qemu-user, by the reason: cases of the C++ tests (`Suite.Name`, with `*`), and of suite-cases.mjs.

/** `{ 'Suite.Name': reason }` */
export const CPP_NOT_EMULATED = {};

/** `{ 'name of a case': reason }` */
export const SUITE_NOT_EMULATED = {};
