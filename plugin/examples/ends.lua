-- How connections ended, and by whom: tshark -q -r FILE -X lua_script:ends.lua
local connection = Field.new("synfin.connection")
local verdict = Field.new("synfin.close.verdict_so_far")
local by = Field.new("synfin.close.by_so_far")
local ends = {}
local tap = Listener.new("frame", "synfin.close.verdict_so_far")

function tap.packet() -- the last one of a connection tells
    ends[tostring(connection())] = tostring(verdict()) .. " by " .. tostring(by())
end

function tap.draw()
    for number, how in pairs(ends) do
        print(number, how)
    end
end
