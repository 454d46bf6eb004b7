import '@awesome.me/webawesome/dist/styles/themes/default.css';
import './tokens/tokens.css';
import './tokens/webawesome.css';
import './tokens/base.css';
import './app/wa-icons.ts';
import { watchTheme } from './app/theme.ts';
import './app/m-app.ts';

watchTheme();
