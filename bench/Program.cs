// "dotnet run -c Release --project bench -- OPTIONS" is "segr bench OPTIONS".
return await OpenSegR.Realtime.Cli.Program.Main(args is ["bench-worker", ..] ? args : ["bench", .. args]);
