# EXPERIMENTAL: never run by its makers on a Windows machine. Makes this Windows PC a worker of your Mantel, inside WSL 2 (Debian).
# There is no worker for Windows itself; this installs Debian in WSL and runs the same join line in there. Start it in PowerShell as administrator.
$ErrorActionPreference = 'Stop'
$line = "curl -fsSk --pinnedpubkey 'sha256//@PIN@' https://@ADDRESS@:@PORT@/join.sh | sh"
if (-not (Get-Command wsl.exe -ErrorAction SilentlyContinue)) { throw 'WSL is not there. Run "wsl --install -d Debian", restart the PC, then run this again.' }
$distributions = (wsl.exe --list --quiet) -replace "`0", '' | ForEach-Object { $_.Trim() }
if ($distributions -notcontains 'Debian') {
  Write-Host 'Installing Debian in WSL. When it asks for a user name, choose one; then run this again.'
  wsl.exe --install -d Debian
  exit
}
wsl.exe -d Debian -u root -- sh -c 'command -v curl >/dev/null || { apt-get update && apt-get install -y curl ca-certificates; }'
wsl.exe -d Debian -u root -- sh -c $line
# WSL ends when nothing runs in it: a task keeps the worker alive while somebody is signed in
$action = New-ScheduledTaskAction -Execute 'wsl.exe' -Argument '-d Debian -u root -- sh -c "mantel worker start; exec sleep infinity"'
Register-ScheduledTask -TaskName 'Mantel worker' -Action $action -Trigger (New-ScheduledTaskTrigger -AtLogOn) -Force | Out-Null
Write-Host 'Done. The worker starts when somebody signs in. To undo: Unregister-ScheduledTask "Mantel worker"; wsl -d Debian -u root -- mantel worker leave --purge'
