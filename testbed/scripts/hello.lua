stream:write("hello from lua: " .. (argv and argv[1] or "no argument") .. "\n")
