/** The colours of the terminal. The terminal adjusts colours of a program that have too little contrast. */

import type { ITheme } from '@xterm/xterm';

/** The colour of stderr: an entry of the 256 colours that programs rarely use, so that it follows the theme. */
export const STDERR_COLOUR = 137;

function withStderr(colour: string, theme: ITheme): ITheme {
  // Empty entries keep their default colour.
  const extendedAnsi: string[] = new Array(STDERR_COLOUR - 15);
  extendedAnsi[STDERR_COLOUR - 16] = colour;
  return { ...theme, extendedAnsi };
}

export const LIGHT: ITheme = withStderr('#8a5512', {
  background: '#fcfcfd',
  foreground: '#1b2129',
  cursor: '#fcfcfd',
  selectionBackground: '#c9d5fb',
  black: '#1b2129',
  red: '#b3261e',
  green: '#18744a',
  yellow: '#865300',
  blue: '#2f4fc0',
  magenta: '#8a2f9e',
  cyan: '#0b6e79',
  white: '#5c6672',
  brightBlack: '#56606d',
  brightRed: '#c4372e',
  brightGreen: '#1d7f52',
  brightYellow: '#946000',
  brightBlue: '#3c5fd6',
  brightMagenta: '#9b3fb0',
  brightCyan: '#0f7a86',
  brightWhite: '#3a434e',
});

export const DARK: ITheme = withStderr('#e2b179', {
  background: '#0b0e13',
  foreground: '#dfe5ec',
  cursor: '#0b0e13',
  selectionBackground: '#2d3f78',
  black: '#3a434e',
  red: '#ff8b80',
  green: '#5fce99',
  yellow: '#eeb95f',
  blue: '#8fa8ff',
  magenta: '#dd9bf0',
  cyan: '#5fd0d8',
  white: '#cdd5de',
  brightBlack: '#8b96a4',
  brightRed: '#ffa79e',
  brightGreen: '#82dfb2',
  brightYellow: '#f6cd85',
  brightBlue: '#adc0ff',
  brightMagenta: '#e9b9f7',
  brightCyan: '#86e0e6',
  brightWhite: '#ffffff',
});

/** The colours of search matches, in the form that the search addon accepts: `#rrggbb`. */
export const matchColours = (isDark: boolean) =>
  isDark
    ? { matchBackground: '#5b4a12', activeMatchBackground: '#a97a00' }
    : { matchBackground: '#ffe69c', activeMatchBackground: '#ffb938' };
