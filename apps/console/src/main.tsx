import { render } from 'preact';
import { loadConsoleSettings } from './api/console-settings.ts';
import { App } from './app.tsx';
import { loadKeys } from './keys/keys.ts';
import './styles/base.css';
import './styles/layout.css';
import './styles/operator.css';
import './styles/photographs.css';

const root = document.querySelector('#app');
if (!root) throw new Error('index.html has no #app');
loadKeys();
void loadConsoleSettings();
render(<App />, root);
