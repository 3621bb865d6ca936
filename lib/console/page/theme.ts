/** Runs ahead of the first paint, so that the page does not flash in the other colours. */

import { applyTheme } from './settings';

applyTheme();
