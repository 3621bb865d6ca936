/** Runs before the first paint, so that the page does not flash in the wrong colours. */

import { applyTheme } from './settings';

applyTheme();
