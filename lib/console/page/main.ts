/** The page: puts its parts together, and knows which execution is selected. */

import { Announcer } from './announce';
import { Chart } from './chart';
import { renderConnection } from './connection';
import { Detail } from './detail';
import { byId } from './dom';
import { setUpFilterBar } from './filter-bar';
import { setUpGate, showGate } from './gate';
import { ExecutionList } from './list';
import { Output } from './output';
import { OutputBar } from './output-bar';
import { remember, remembered } from './settings';
import { isDark, SettingsPanel } from './settings-panel';
import { Shortcuts } from './shortcuts';
import { StartForm } from './start-form';
import { Store } from './store';
import { OutputTerminal } from './terminal';
import { takeTokenFromAddress, token } from './token';

/** One column: the list and the selected execution take turns. */
const isNarrow = matchMedia('(max-width: 860px)');
/** Moving through the list by a key that is held down must not open every execution on the way. */
const SELECT_PAUSE_MS = 120;

const store = new Store();
const terminal = new OutputTerminal(byId('terminal'), isDark);
const output = new Output(terminal);
const outputBar = new OutputBar(terminal, output);
const detail = new Detail(store, terminal, open);
const list = new ExecutionList(store, (id) => select(id, SELECT_PAUSE_MS), open);
const chart = new Chart(store);
const announcer = new Announcer();
const settings = new SettingsPanel(terminal);
const form = new StartForm(started, lastCommand);

let selectTimer = 0;
let frame = 0;

function lastCommand(): string | undefined {
  const rows = [...store.rows.values()];
  return rows.sort((a, b) => b.askedAt - a.askedAt)[0]?.command;
}

/** Everything that shows executions, once a frame. */
function render(): void {
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    list.render();
    detail.render();
    renderTitle();
  });
}

function renderTitle(): void {
  const running = [...store.rows.values()].filter(({ status }) => status === 'running').length;
  const title = running === 0 ? 'Execution console' : `(${running}) Execution console`;
  if (document.title !== title) document.title = title;
}

function select(id: string | undefined, pauseMs = 0): void {
  list.selected = id;
  history.replaceState(null, '', id === undefined ? location.pathname : `#${id}`);
  list.render();
  clearTimeout(selectTimer);
  if (pauseMs === 0) showDetail(id);
  else selectTimer = window.setTimeout(() => showDetail(id), pauseMs);
}

function showDetail(id: string | undefined): void {
  // Shown first: the terminal takes its size from what is shown.
  detail.show(id);
  output.show(id);
}

function setView(view: 'list' | 'detail'): void {
  byId('panes').dataset.view = view;
  remember('view', view);
}

/** Selects it and, where there is room for one thing only, goes there. */
function open(id: string): void {
  select(id);
  setView('detail');
  if (isNarrow.matches) byId('detail').focus();
}

/** On a wide page the focus stays in the form, for the next command. */
function started(id: string): void {
  if (isNarrow.matches) open(id);
  else select(id);
}

function back(): void {
  setView('list');
  list.focus();
}

function setUpStore(): void {
  store.onRows = (changed) => {
    for (const [id, before] of changed) announcer.changed(store.rows.get(id), before);
    const { selected } = list;
    if (selected !== undefined && changed.has(selected) && !store.rows.has(selected)) {
      select(undefined);
      setView('list');
    }
    render();
  };
  store.onSamples = () => chart.render();
  store.onConnection = () => {
    renderConnection(store, announcer);
    form.cwd = store.cwd;
    if (store.connection === 'open') restoreSelection();
  };
}

/** Behind a reload, the address tells what was selected. */
function restoreSelection(): void {
  const wanted = list.selected ?? location.hash.slice(1);
  if (!store.rows.has(wanted)) setView('list');
  else if (wanted !== list.selected) select(wanted);
}

function setUpKeys(): void {
  new Shortcuts(
    [
      { key: 'n', about: 'New command', act: newCommand },
      { key: '/', about: 'Filter the list', act: focusFilter },
      { key: 'l', about: 'To the list', act: back },
      { key: 'j', about: 'Next execution', act: () => list.move(1) },
      { key: 'k', about: 'Previous execution', act: () => list.move(-1) },
      { key: 'o', about: 'To the output', act: () => terminal.focus() },
      { key: 'f', about: 'Search in the output', act: () => outputBar.focus() },
      { key: '.', about: 'Follow the output, or hold it', act: () => outputBar.toggleFollow() },
      { key: 'i', about: 'Type into the command', act: () => detail.focusInput() },
      { key: 'c', about: 'Cancel', act: () => detail.act('cancel') },
      { key: 'r', about: 'Run again', act: () => detail.act('rerun') },
      { key: 't', about: 'Light or dark', act: () => settings.switchTheme() },
      { key: '?', about: 'This help', act: () => settings.show() },
    ],
    [
      ['Enter', 'Run the typed command; Shift with it: a new line'],
      ['↑ ↓ Home End', 'In the list: select; in the output: scroll'],
      ['Esc', 'Out of a field; from an execution to the list'],
    ],
  );
  document.addEventListener('keydown', leave);
  document.querySelector('[data-skip]')?.addEventListener('click', (event) => {
    event.preventDefault();
    back();
  });
}

function newCommand(): void {
  setView('list');
  form.focus();
}

function focusFilter(): void {
  setView('list');
  byId('filter').focus();
}

/** One step outwards. */
function leave(event: KeyboardEvent): void {
  const isOurs = event.key === 'Escape' && !event.defaultPrevented;
  if (!isOurs || byId<HTMLDialogElement>('help').open || outputBar.leave()) return;
  const { activeElement } = document;
  if (byId('detail').contains(activeElement)) back();
  else if (activeElement instanceof HTMLElement) activeElement.blur();
}

function run(): void {
  setUpStore();
  setUpFilterBar(list, announcer);
  setUpKeys();
  byId('back').addEventListener('click', back);
  setView(remembered('view') === 'detail' ? 'detail' : 'list');
  setInterval(() => {
    if (document.hidden) return;
    list.renderTimes();
    detail.render();
  }, 1000);
  if (!isNarrow.matches) form.focus();
  void store.run();
}

takeTokenFromAddress();
setUpGate();
if (token() === null) showGate();
else run();
