/** The page: connects its parts, and manages the selection. */

import type { Row } from '../messages';
import { Announcer } from './announcer';
import { Chart } from './chart';
import { renderConnection } from './connection';
import { Detail } from './detail';
import { byId, setEnabled } from './dom';
import { setUpFilterBar } from './filter-bar';
import { setUpLinkForm, showLinkForm } from './link-form';
import { ExecutionList } from './list';
import { OutputBar } from './output-bar';
import { OutputFeed } from './output-feed';
import { OutputOptions } from './output-options';
import { PlanSteps } from './plan-steps';
import { QueueForm } from './queue-form';
import { readTabValue, storeTabValue } from './settings';
import { isDark, SettingsPanel } from './settings-panel';
import { Shortcuts } from './shortcuts';
import { StartForm } from './start-form';
import { Store } from './store';
import { OutputTerminal } from './terminal';
import { takeTokenFromAddress, token } from './token';

/** On a narrow page, either the list or the selected execution is visible. */
const narrow = matchMedia('(max-width: 860px)');
/** Delay before a selected execution is shown, so that a key that is held down does not show every one. */
const SELECT_DELAY_MS = 120;

const store = new Store();
const terminal = new OutputTerminal(byId('terminal'), isDark);
const feed = new OutputFeed(terminal);
const options = new OutputOptions();
const outputBar = new OutputBar(terminal, feed, options, selectedRow);
const detail = new Detail(store, terminal, options, open);
const planSteps = new PlanSteps(store, open);
const list = new ExecutionList(store, (id) => select(id, SELECT_DELAY_MS), open);
const chart = new Chart(store);
const announcer = new Announcer();
const queueForm = new QueueForm(store, announcer);
const settings = new SettingsPanel(terminal);
const form = new StartForm(onStarted, lastCommand);

let selectTimer = 0;
let shownId: string | undefined;
let frame = 0;

function selectedRow(): Row | undefined {
  return list.selected === undefined ? undefined : store.rows.get(list.selected);
}

function lastCommand(): string | undefined {
  const rows = [...store.rows.values()];
  return rows.sort((a, b) => b.requestedAt - a.requestedAt)[0]?.command;
}

/** Renders at most once per frame. */
function render(): void {
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    list.render();
    detail.render();
    planSteps.render(detail.row);
    outputBar.render();
    showOutput();
    renderTitle();
  });
}

function renderTitle(): void {
  const running = [...store.rows.values()].filter(({ status }) => status === 'running').length;
  const isCounted = running > 0 && store.isOpen;
  const prefix = store.connection === 'closed' ? 'Ended: ' : isCounted ? `(${running}) ` : '';
  const title = `${prefix}Execution console`;
  if (document.title !== title) document.title = title;
}

function select(id: string | undefined, delayMs = 0): void {
  list.selected = id;
  history.replaceState(null, '', id === undefined ? location.pathname : `#${id}`);
  list.render();
  clearTimeout(selectTimer);
  if (delayMs === 0) showDetail(id);
  else selectTimer = window.setTimeout(() => showDetail(id), delayMs);
}

function showDetail(id: string | undefined): void {
  // First, because the terminal takes its size from the visible element.
  detail.show(id);
  planSteps.render(detail.row);
  shownId = id;
  showOutput();
}

/** A terminal has no options: they follow when its row arrives. */
function showOutput(): void {
  feed.show(shownId, options.of(shownId === undefined ? undefined : store.rows.get(shownId)));
}

function setView(view: 'list' | 'detail'): void {
  byId('panes').dataset.view = view;
  storeTabValue('view', view);
}

/** Selects an execution and, on a narrow page, shows it instead of the list. */
function open(id: string): void {
  select(id);
  setView('detail');
  if (narrow.matches) byId('detail').focus();
}

/** On a wide page the focus stays in the form, for the next command. */
function onStarted(id: string): void {
  if (narrow.matches) open(id);
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
  store.onSamples = () => {
    chart.render();
    queueForm.render();
  };
  store.onConnection = () => {
    renderConnection(store, announcer);
    feed.isOnline = store.isOpen;
    form.isOnline = store.isOpen;
    setEnabled(byId('clear'), store.isOpen);
    chart.render();
    queueForm.render();
    render();
    form.cwd = store.cwd;
    form.allowsPatterns = store.allowsPatterns;
    if (store.connection === 'open') restoreSelection();
  };
}

/** After a reload, the fragment of the address is the selected id. */
function restoreSelection(): void {
  const wanted = list.selected ?? location.hash.slice(1);
  if (!store.rows.has(wanted)) setView('list');
  else if (wanted !== list.selected) select(wanted);
}

function setUpKeys(): void {
  new Shortcuts(
    [
      { key: 'n', description: 'New command', act: newCommand },
      { key: '/', description: 'Filter the list', act: focusFilter },
      { key: 'l', description: 'Go to the list', act: back },
      { key: 'j', description: 'Next execution', act: () => list.move(1) },
      { key: 'k', description: 'Previous execution', act: () => list.move(-1) },
      { key: 'o', description: 'Go to the output', act: () => terminal.focus() },
      { key: 'f', description: 'Search in the output', act: () => outputBar.focus() },
      {
        key: '.',
        description: 'Follow the output, or stop following',
        act: () => outputBar.toggleFollow(),
      },
      { key: 's', description: 'Show the times of lines', act: () => options.toggleTimes() },
      { key: 'd', description: 'Download the output', act: () => detail.act('download') },
      { key: 'i', description: 'Type input for the command', act: () => detail.focusInput() },
      { key: 'c', description: 'Cancel', act: () => detail.act('cancel') },
      { key: 'r', description: 'Rerun', act: () => detail.act('rerun') },
      { key: 't', description: 'Switch between light and dark', act: () => settings.toggleTheme() },
      { key: '?', description: 'Settings and shortcuts', act: () => settings.show() },
    ],
    [
      ['Enter', 'Run the command; with Shift: new line'],
      ['↑ ↓ Home End', 'Select in the list; scroll in the output'],
      ['Shift+Tab', 'Leave the terminal of a command, which gets all other keys'],
      ['Esc', 'Leave a field; from an execution back to the list'],
    ],
  );
  document.addEventListener('keydown', onEscape);
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

/** Escape: one level up. */
function onEscape(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.defaultPrevented) return;
  if (byId<HTMLDialogElement>('help').open || outputBar.clearSearch()) return;
  const { activeElement } = document;
  if (byId('detail').contains(activeElement)) back();
  else if (activeElement instanceof HTMLElement) activeElement.blur();
}

function run(): void {
  setUpStore();
  setUpFilterBar(list, announcer);
  setUpKeys();
  byId('back').addEventListener('click', back);
  setView(readTabValue('view') === 'detail' ? 'detail' : 'list');
  options.onChange = showOutput;
  setInterval(() => {
    if (document.hidden || !store.isOpen) return;
    list.renderTimes();
    detail.render();
  }, 1000);
  if (!narrow.matches) form.focus();
  void store.run();
}

takeTokenFromAddress();
setUpLinkForm();
if (token() === null) showLinkForm();
else run();
